"""A template as a form for pen and paper: every fact that it needs is a label in brackets."""

from dataclasses import dataclass

from console.domain.incident_type import Field
from console.domain.wording import FRAME_NAMES, written


@dataclass(frozen=True)
class _Gap:
    """A place to fill in by hand, however the template would have looked at the fact."""

    label: str

    def __str__(self) -> str:
        return f"[{self.label}]"

    def __getattr__(self, name: str) -> "_Gap":
        return _Gap("how many" if name in ("count", "total") else self.label)


def with_gaps(source: str, fields: tuple[Field, ...], *, council: str) -> str:
    gaps: dict[str, object] = dict.fromkeys(FRAME_NAMES, "")
    gaps |= {one.name: _Gap(one.label) if one.required else "" for one in fields}
    gaps |= {"source": council, "link": _Gap("our website"), "at": _Gap("the time now")}
    return written(source, gaps)
