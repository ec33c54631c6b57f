"""schemathesis holds the running API against its own OpenAPI document."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.judges import api_twin, console, findings, twin
from tests.judges.console import Console
from tests.judges.findings import Finding
from tests.judges.judge import present, run

EXAMPLES = 12
"""Requests for each operation in each phase that draws them."""
EVERYTHING = "examples,coverage,fuzzing,stateful"
PATIENCE = 240


@pytest.fixture(autouse=True)
def schemathesis() -> None:
    present("schemathesis")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    present("schemathesis")
    with console.running(tmp_path_factory.mktemp("api") / "home") as found:
        yield found


def broken(home: Path, document: str, token: str, phases: str = EVERYTHING) -> list[Finding]:
    """Every promise of the document that was not kept: all its checks, the same requests each
    time."""
    report = home / "report.json"
    said = run(
        "schemathesis",
        *("run", document, "--header", f"Authorization: Bearer {token}", "--phases", phases),
        *("--max-examples", str(EXAMPLES), "--generation-deterministic", "--no-shrink"),
        *("--continue-on-failure", "--request-timeout", "20", "--warnings", "off", "--no-color"),
        *("--report", "json", "--report-json-path", report),
        home=home,
        seconds=PATIENCE,
    )
    found = json.loads(report.read_text()) if report.exists() else {"errors": said.out}
    assert found["errors"] == [], said.out
    assert found["operations"]["tested"] == found["operations"]["total"], said.out
    return [
        Finding(one["title"], operation, f"{one['code']}, {one['count']} times")
        for one in found["failures"]
        for operation in one["operations"]
    ]


def test_schemathesis_sees_every_promise_that_its_twin_breaks(tmp_path: Path) -> None:
    with twin.running(api_twin.app) as base:
        found = broken(tmp_path, f"{base}/openapi.json", "a-token")
    assert {(one.where, one.rule) for one in found} >= {
        (f"GET /{operation}", promise) for operation, promise in api_twin.BROKEN.items()
    } | {("TRACE /kind", "Wrong response to undeclared method")}


@pytest.mark.parametrize(("name", "phases"), [("officer", EVERYTHING), ("auditor", "coverage")])
def test_the_api_keeps_every_promise_of_its_document(
    served: Console, tmp_path: Path, name: str, phases: str
) -> None:
    document = f"{served.base}/api/v1/openapi.json"
    found = broken(tmp_path, document, served.town.token(name), phases)
    findings.nothing_else(found, findings.allowed("schemathesis"))
    assert served.failures() == []
