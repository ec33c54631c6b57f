"""`make screenshots`."""

import argparse
import tempfile
from pathlib import Path

from console.settings import ROOT
from tests.journeys.browser import chromium
from tests.screenshots import everything, tour

TOUR = ROOT / "docs/tour"
EVERYTHING = ROOT / ".cache/screenshots"


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    asked.add_argument("--everything", action="store_true", help=f"every page, into {EVERYTHING}")
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory() as home, chromium() as browser:
        if wanted.everything:
            everything.take(browser, Path(home), EVERYTHING)
        else:
            tour.take(browser, Path(home), TOUR)


if __name__ == "__main__":
    main()
