"""The practice networks that speak HTTP: one file and one line each here, and those of other
packages (see `stand_ins`)."""

from workers.practice import stand_ins
from workers.practice.apprise import Apprise
from workers.practice.bluesky import Bluesky
from workers.practice.facebook import Facebook
from workers.practice.instagram import Instagram
from workers.practice.linkedin import LinkedIn
from workers.practice.mastodon import Mastodon
from workers.practice.network import Network
from workers.practice.notify import NotifyEmail, NotifySms
from workers.practice.slack import Slack
from workers.practice.teams import Teams
from workers.practice.telegram import Telegram
from workers.practice.threads import Threads
from workers.practice.twilio import Twilio
from workers.practice.webhook import Webhook
from workers.practice.x import X

OURS: tuple[type[Network], ...] = (
    Mastodon,
    Bluesky,
    Webhook,
    Facebook,
    Threads,
    Instagram,
    NotifySms,
    NotifyEmail,
    Twilio,
    Slack,
    Teams,
    Apprise,
    X,
    LinkedIn,
    Telegram,
)
NETWORKS = (*OURS, *stand_ins.found({one.name for one in OURS} | {"smtp"}))
TITLES = {one.name: one.title for one in NETWORKS} | {"smtp": "E-mail"}
NAMES = tuple(TITLES)
