"""The practice networks that speak HTTP. A new one is one file here and one line in this list."""

from workers.practice.bluesky import Bluesky
from workers.practice.linkedin import LinkedIn
from workers.practice.mastodon import Mastodon
from workers.practice.network import Network
from workers.practice.telegram import Telegram
from workers.practice.webhook import Webhook
from workers.practice.x import X

NETWORKS: tuple[type[Network], ...] = (
    Mastodon,
    Bluesky,
    Webhook,
    X,
    LinkedIn,
    Telegram,
)
TITLES = {one.name: one.title for one in NETWORKS} | {"smtp": "E-mail"}
NAMES = tuple(TITLES)
