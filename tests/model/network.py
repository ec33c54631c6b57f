"""The model's networks: what reached them, what is on its way to them, and what is public."""

from dataclasses import dataclass, field

from console.domain.channel import Post


@dataclass(eq=False)
class Request:
    """Bytes that left a worker. ``arrives`` None: they never arrive."""

    channel: str
    post: Post
    arrives: float | None
    reached: bool = False


@dataclass
class Networks:
    """``log`` is everything that is public, in the order in which it became so: the judge."""

    dedupes: frozenset[str]
    log: list[Request] = field(default_factory=list)
    under_way: list[Request] = field(default_factory=list)

    def leave(self, request: Request) -> None:
        self.under_way.append(request)

    def arrive(self, elapsed: float) -> list[Request]:
        """What becomes public up to now, and is public for the first time where that matters."""
        due = [one for one in self.under_way if one.arrives is not None and one.arrives <= elapsed]
        due.sort(key=lambda one: one.arrives or 0.0)
        return [one for one in due if self._store(one)]

    def drop(self, request: Request) -> None:
        """The network decides against it before it is stored."""
        self.under_way.remove(request)

    def has(self, channel: str, key: str) -> bool:
        return any(one.channel == channel and one.post.key == key for one in self.log)

    def posts(self, key: str) -> int:
        return sum(one.post.key == key for one in self.log)

    def _store(self, request: Request) -> bool:
        self.under_way.remove(request)
        request.reached = True
        if request.channel in self.dedupes and self.has(request.channel, request.post.key):
            return False
        self.log.append(request)
        return True
