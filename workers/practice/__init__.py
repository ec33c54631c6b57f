"""The practice networks: stand-ins that speak the real protocols, and a wall that shows the posts.

    with Practice() as practice:
        practice.url, practice.smtp_port

Nothing has to be registered: the credential names the account.

- Mastodon at ``{url}/mastodon`` (Mastodon.py's ``api_base_url``); the access token is the account.
- Bluesky at ``{url}/bluesky`` (atproto's ``base_url``); the login is the account.
- Webhooks at ``{url}/webhook/<account>``, signed with `webhook.SECRET`.
- SMTP on ``smtp_port``, any login; a mail with the header ``X-Skellat-Channel: <account>`` is a
  publication, every mail is in the mailbox.

The token, login or password ``bad`` is refused. ``GET /log``, ``GET /mail``, ``/faults`` are for
scripts, ``/`` and ``/mail`` for people. A fault's ``account`` limits it. On SMTP ``refuse``,
``401`` and ``403`` come before the mail itself and know only the login; where none fits they wait
for the header.
"""

from workers.practice.practice import Practice, serve

__all__ = ["Practice", "serve"]
