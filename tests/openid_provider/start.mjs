// Runs a real, certified OpenID provider for the tests, with a sign-in form of its own.
//
//   node start.mjs <port> <address that it may send people back to> <profile|token>
//
// The last word says where a person's claims stand: in their profile, as the standard has it, or in the
// token as well. Accounts come by standard input, one JSON object a line, each in the place of the one
// before. Prints a line of JSON when it is ready and after each of them, and stops when the input closes.
import { randomBytes } from 'node:crypto'
import http from 'node:http'
import { createInterface } from 'node:readline'
import { Provider } from 'oidc-provider'

const [port, back, where] = process.argv.slice(2)
const issuer = `http://127.0.0.1:${port}`
let accounts = {}

// Standard output is ours: the provider's own notices go where nobody waits for a line.
for (const spoken of ['log', 'info', 'warn']) console[spoken] = console.error
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`)

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'skellat',
      client_secret: 'the-clients-own-secret',
      redirect_uris: [back],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  claims: {
    openid: ['sub', 'amr', 'auth_time'],
    email: ['email', 'email_verified'],
    profile: ['name'],
    groups: ['groups'],
  },
  conformIdTokenClaims: where === 'profile',
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  cookies: { keys: [randomBytes(16).toString('hex')] },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id]?.claims }) }),
})

const form = (wrong) => `<!DOCTYPE html><html lang="en"><title>Staff account</title>
<meta name="viewport" content="width=device-width"><h1>Staff account</h1>${wrong ? '<p>Wrong.</p>' : ''}
<form method="post"><label>Account <input name="account"></label>
<label>Password <input name="password" type="password"></label>
<button name="act" value="enter">Continue</button> <button name="act" value="cancel">Cancel</button></form>`

async function interact(request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response)
  const finish = (result, merge) =>
    provider.interactionFinished(request, response, result, { mergeWithLastSubmission: merge })
  if (prompt.name === 'consent') {
    const known = grantId && (await provider.Grant.find(grantId))
    const grant = known || new provider.Grant({ accountId: session.accountId, clientId: params.client_id })
    grant.addOIDCScope(params.scope)
    return finish({ consent: { grantId: await grant.save() } }, true)
  }
  const show = (wrong) => response.setHeader('Content-Type', 'text/html').end(form(wrong))
  if (request.method !== 'POST') return show(false)
  const parts = []
  for await (const part of request) parts.push(part)
  const given = new URLSearchParams(Buffer.concat(parts).toString())
  if (given.get('act') === 'cancel') return finish({ error: 'access_denied' }, false)
  const account = accounts[given.get('account')]
  if (!account || account.password !== given.get('password')) return show(true)
  return finish({ login: { accountId: given.get('account'), amr: account.amr } }, false)
}

const answer = provider.callback()
const server = http.createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response)
  interact(request, response).catch((error) => response.writeHead(400).end(String(error.message)))
})
server.listen(Number(port), '127.0.0.1', () => say({ url: issuer }))

const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  accounts = JSON.parse(line)
  say({ accounts: Object.keys(accounts) })
})
lines.on('close', () => process.exit(0))
