"""The practice containers of Threads and Instagram: made, looked at, published.

The picture is really fetched from its address, as both networks do. It is still being worked on at
the first look, and ready at the second.
"""

import io
import secrets
from dataclasses import dataclass

import requests
from PIL import Image, UnidentifiedImageError

from workers.practice import graph
from workers.practice.log import Entry, Log, Media
from workers.practice.pictures import Pictures

FETCH_SECONDS = 3
MOST_OCTETS = 8 * 1024 * 1024


@dataclass
class Container:
    id: str
    account: str
    text: str
    reply_to: str | None
    media: tuple[Media, ...]
    looks: int = 0
    published: bool = False

    @property
    def state(self) -> str:
        if self.published:
            return "PUBLISHED"
        return "IN_PROGRESS" if self.media and self.looks < 1 else "FINISHED"


class Containers:
    def __init__(self, network: str, log: Log) -> None:
        self.network = network
        self.log = log
        self._made: dict[str, Container] = {}

    def make(self, account: str, text: str, *media: Media, reply_to: str | None = None) -> str:
        id = f"17{secrets.randbelow(10**15):015}"
        self._made[id] = Container(id, account, text, reply_to, media)
        return id

    def look(self, account: str, id: str) -> Container | None:
        """The container as it is now; the next look finds it further."""
        found = self._made.get(id)
        return found if found and found.account == account else None

    def publish(self, account: str, id: str) -> Entry:
        with self.log.lock:
            container = self.look(account, id)
            if container is None or container.published:
                raise graph.no("The media builder does not exist or has expired", 24, 2207008)
            if container.state != "FINISHED":
                raise graph.no("The media is not ready for publishing", 9007, 2207027)
            container.published = True
            return self.log.add(
                self.network,
                account,
                container.text,
                f"18{secrets.randbelow(10**15):015}",
                in_reply_to=container.reply_to,
                media=container.media,
            )

    def of(self, account: str) -> list[Entry]:
        return [
            one
            for one in self.log.entries()
            if one.network == self.network and one.account == account and not one.deleted
        ]


def fetched(address: str, alt: str, pictures: Pictures) -> tuple[Media, tuple[int, int]]:
    """The picture at an address, with its size. Raises `Rejected` where there is none."""
    unfetched = graph.no("The media could not be fetched from this URI", 9004, 2207052)
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(address, timeout=FETCH_SECONDS, allow_redirects=False)
    except requests.RequestException:
        raise unfetched from None
    if answer.status_code != 200:
        raise unfetched
    if len(answer.content) > MOST_OCTETS:
        raise graph.no("The image is too large to download", 36000, 2207004)
    try:
        with Image.open(io.BytesIO(answer.content)) as image:
            size = image.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise unfetched from None
    return pictures.keep(answer.content, alt), size
