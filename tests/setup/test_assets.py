"""The Design System's files: as locked, without its branding, brought once."""

import gzip
import json
import re
import shutil
import time
from importlib.metadata import metadata
from pathlib import Path

import pytest

from console.cli.assets import MARKER, NotBrought, fetch_assets, npm, unbranded
from tests.real.needs import missing

ROOT = Path(__file__).parents[2]
FOLDER = Path("console/web/static/govuk")


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree of this test's own, with the files freshly brought into it."""
    try:
        npm()
    except NotBrought as none:
        missing("npm", none.remedy)
    root = copy_of_lock(tmp_path_factory.mktemp("tree"))
    assert fetch_assets(root) is True
    return root


def copy_of_lock(root: Path) -> Path:
    shutil.copytree(ROOT / "console/web/assets", root / "console/web/assets")
    return root


def change_lock(root: Path, pattern: str, instead: str) -> None:
    lock = root / "console/web/assets/package-lock.json"
    changed, times = re.subn(pattern, instead, lock.read_text())
    assert times == 1
    lock.write_text(changed)


def test_no_typeface_crest_or_picture_of_gov_uk_is_left(brought: Path) -> None:
    css = (brought / FOLDER / "govuk-frontend.min.css").read_text()
    branding = r"@font-face|GDS ?Transport|Calvert|crest|/assets/|sourceMapping"
    assert re.findall(branding, css) == []
    assert re.findall(r"url\([^)]*\)", css) == []


def test_the_rest_of_the_css_is_whole(brought: Path) -> None:
    css = (brought / FOLDER / "govuk-frontend.min.css").read_text()
    assert css.count("{") == css.count("}")
    assert css.count("-apple-system") > 50
    for name in ("govuk-button", "govuk-error-summary", "govuk-footer__copyright-logo"):
        assert f".{name}" in css


def test_only_these_files_are_there(brought: Path) -> None:
    assert {path.name for path in (brought / FOLDER).iterdir()} == {
        "govuk-frontend.min.css",
        "govuk-frontend.min.css.gz",
        "govuk-frontend.min.js",
        "govuk-frontend.min.js.gz",
        "LICENCE.txt",
        MARKER,
    }


@pytest.mark.parametrize(("name", "kilobytes"), [("css", 17), ("js", 12)])
def test_the_compressed_copies_are_the_same_and_small(
    brought: Path, name: str, kilobytes: int
) -> None:
    plain = brought / FOLDER / f"govuk-frontend.min.{name}"
    compressed = Path(f"{plain}.gz").read_bytes()
    assert gzip.decompress(compressed) == plain.read_bytes()
    assert len(compressed) <= kilobytes * 1000


def test_the_licence_says_whose_it_is_and_what_was_changed(brought: Path) -> None:
    said = (brought / FOLDER / "LICENCE.txt").read_text()
    for words in ("GOV.UK Design System Team", "MIT", "Changed here"):
        assert words in said


def test_the_css_is_of_the_version_that_the_macros_match() -> None:
    lock = json.loads((ROOT / "console/web/assets/package-lock.json").read_text())
    locked = lock["packages"]["node_modules/govuk-frontend"]["version"]
    macros = metadata("govuk-frontend-jinja")
    assert f"GOV.UK%20Frontend-v{locked}-" in macros.get_payload()


def test_a_second_time_nothing_is_brought_and_no_time_spent(brought: Path) -> None:
    took = []
    for _ in range(5):
        begun = time.monotonic()
        assert fetch_assets(brought) is False
        took.append(time.monotonic() - begun)
    assert min(took) < 0.1


def test_what_is_not_what_the_lock_names_is_refused(tmp_path: Path, brought: Path) -> None:
    root = copy_of_lock(tmp_path)
    change_lock(root, r"sha512-.{8}", "sha512-AAAAAAAA")
    with pytest.raises(NotBrought, match="EINTEGRITY"):
        fetch_assets(root)
    assert not (root / FOLDER).exists()


def test_a_changed_lock_brings_them_again(tmp_path: Path, brought: Path) -> None:
    root = copy_of_lock(tmp_path)
    shutil.copytree(brought / FOLDER, root / FOLDER)
    change_lock(root, r"sha512-.{8}", "sha512-AAAAAAAA")
    with pytest.raises(NotBrought):
        fetch_assets(root)
    assert (root / FOLDER / MARKER).exists(), "what was there before stays until the new is whole"


@pytest.mark.parametrize(
    ("css", "left"),
    [
        ("@font-face{font-family:GDS Transport;src:url(a.woff2)}b{c:d}", "b{c:d}"),
        ('a{font-family:"GDS Transport",arial,sans-serif;b:c}', "a{font-family:OURS;b:c}"),
        ("a{font-family:GDS Transport,arial}", "a{font-family:OURS}"),
        ("a{background-image:url(/assets/images/govuk-crest.svg);b:c}", "a{b:c}"),
        ("a{mask:url('/assets/x.svg') no-repeat}", "a{}"),
        ("a{font-family:sans-serif}", "a{font-family:sans-serif}"),
        ("a{b:c}/*# sourceMappingURL=a.css.map */", "a{b:c}"),
    ],
)
def test_only_branding_is_taken_out(css: str, left: str) -> None:
    fonts = '-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif'
    assert unbranded(css) == left.replace("OURS", fonts)
