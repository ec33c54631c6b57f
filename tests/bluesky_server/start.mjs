// Runs a real Bluesky server (PDS) and its directory (PLC) in one process, for the tests.
//
//   node start.mjs <folder for its files> <PDS port> <PLC port>
//
// Prints one line of JSON when it is ready, and stops when its standard input closes.
import { randomBytes } from 'node:crypto'
import net from 'node:net'
import { PDS, envToCfg, envToSecrets } from '@atproto/pds'
import plc from '@did-plc/server'

const [folder, pdsPort, plcPort] = process.argv.slice(2)

// Neither server takes an address to listen on, and both would listen on every one.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (port, ...rest) {
  const onlyPort = typeof port === 'number' || typeof port === 'string'
  return onlyPort
    ? listen.call(this, { port: Number(port), host: '127.0.0.1' }, rest.find((r) => typeof r === 'function'))
    : listen.call(this, port, ...rest)
}

const directory = plc.PlcServer.create({ db: plc.Database.mock(), port: Number(plcPort) })
await directory.start()

const env = {
  port: Number(pdsPort),
  hostname: 'localhost',
  devMode: true,
  dataDirectory: folder,
  blobstoreDiskLocation: `${folder}/blobs`,
  blobstoreDiskTmpLocation: `${folder}/blobs-arriving`,
  didPlcUrl: `http://127.0.0.1:${plcPort}`,
  serviceHandleDomains: ['.test'],
  inviteRequired: false,
  rateLimitsEnabled: process.env.PDS_RATE_LIMITS === '1',
  disableSsrfProtection: true,
  handleBackupNameservers: [],
  crawlers: [],
  trustedOAuthClients: [],
  rateLimitBypassIps: [],
  jwtSecret: randomBytes(16).toString('hex'),
  dpopSecret: randomBytes(32).toString('hex'),
  adminPassword: randomBytes(16).toString('hex'),
  plcRotationKeyK256PrivateKeyHex: randomBytes(32).toString('hex'),
}
const server = await PDS.create(envToCfg(env), envToSecrets(env))
await server.start()
console.log(JSON.stringify({ ready: true, url: `http://localhost:${pdsPort}` }))

process.stdin.resume()
process.stdin.on('end', async () => {
  await server.destroy()
  await directory.destroy()
  process.exit(0)
})
