"""[public] in skellat.toml: the address of the public side, and where its files go."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

FOLDER = "public-site"


class PublicTable(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, Field(pattern=r"^(https?://[^\s/?#]+)?/?$")] = ""
    """Scheme and host under which /public/ is served; empty: the console's own."""
    folder: str = ""
    """Where the workers write the pages and feeds as files; empty: in the state folder."""

    @property
    def base(self) -> str:
        return self.url.rstrip("/")


def folder(table: PublicTable, home: Path, env: Mapping[str, str], *, practice_only: bool) -> Path:
    """SKELLAT_PUBLIC_DIR goes before the file; what is only practice stays in its own folder."""
    named = "" if practice_only else env.get("SKELLAT_PUBLIC_DIR", "") or table.folder
    return Path(named) if named else home / FOLDER
