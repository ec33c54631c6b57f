"""What Facebook, Instagram and Threads do alike: a post goes out once, is known by its words."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from itertools import islice

from console.domain.channel import Post, Published, Reason, Receipt, SendError, Unavailable
from workers import graph, http
from workers.graph import Graph
from workers.graph_containers import Containers
from workers.graph_errors import Duplicate


def once(send: Callable[[], Receipt], find: Callable[[], Receipt | None]) -> Receipt:
    """Sends; where the network has these words already, the post that has them is looked for: it
    may come from our own try before."""
    try:
        return send()
    except Duplicate as duplicate:
        # A look that fails says nothing: it must not pass for "certainly not published".
        with suppress(SendError):
            if receipt := find():
                return receipt
        raise duplicate from None


def public(of: Graph, reference: str) -> Receipt:
    """The receipt of a post that is out: that its address cannot be had changes nothing."""
    with suppress(SendError):
        told = of.look(reference, fields="permalink")
        return Receipt(reference=reference, url=str(told.get("permalink") or ""))
    return Receipt(reference=reference)


def since(of: Graph, path: str, moment: datetime, *, words: str) -> Iterator[Published]:
    """What stands there since, newest first; ``words`` is the field with the text."""
    fields = f"id,{words},permalink,timestamp"
    for one in of.listed(path, "timestamp", moment, fields=fields):
        at, text = graph.moment(one["timestamp"]), str(one.get(words, ""))
        yield Published(str(one["id"]), text, at, str(one.get("permalink") or ""))


def same(shown: Iterable[Published], post: Post) -> Published | None:
    """The one with these words: networks trim spaces and lines."""
    return next((one for one in shown if graph.bare(one.text) == graph.bare(post.text)), None)


def settled(
    containers: Containers, shown: Iterable[Published], post: Post, network: str
) -> Receipt | None:
    """Found by its words, unless the container says that it is out and nobody shows it yet."""
    with http.before_publishing(), http.understood():
        published = containers.settle(post.key)
        if one := same(shown, post):
            return Receipt(reference=one.reference, url=one.url)
    if published:
        raise Unavailable(Reason.BAD_ANSWER, f"published, says {network}, and not shown yet")
    return None


def recent(*shown: Iterable[Published]) -> list[Published]:
    """As much of each as one page holds, the newest first."""
    with http.before_publishing(), http.understood():
        found = [one for some in shown for one in islice(some, graph.PAGE)]
        return sorted(found, key=lambda one: one.at, reverse=True)
