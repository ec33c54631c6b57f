"""`make bench`: runs every measure, prints the table, writes results.json and RESULTS.md.

With names after it, only the groups named: fanout, apprise, pages ...; then nothing is written,
unless ``--into`` puts them in the place of what was measured before.
"""

import argparse
import json
import os
from collections.abc import Callable, Iterator

from bench import results_page
from bench.apprise_too import apprise
from bench.beside import beside
from bench.crowd import crowd
from bench.fanout import fanout
from bench.figures import Figure, Plain, faster, joined, results
from bench.hanging import hanging
from bench.pages import web
from bench.peer import Peer, peer
from bench.record import record
from bench.recover import recover
from bench.rest import rest
from bench.sustained import sustained
from bench.years import years

GROUPS: dict[str, Callable[[Peer, int], Iterator[Figure]]] = {
    "fanout": fanout,
    "apprise": apprise,
    "pages": web,
    "crowd": crowd,
    "beside": beside,
    "hanging": hanging,
    "recover": recover,
    "sustained": sustained,
    "rest": rest,
    "record": record,
    "years": years,
}


def main() -> None:
    arguments = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0])
    arguments.add_argument("groups", nargs="*", choices=[*GROUPS, []], help="default: all")
    arguments.add_argument("--runs", type=int, default=7)
    arguments.add_argument("--into", action="store_true", help="write the groups named, too")
    chosen = arguments.parse_args()
    figures: dict[str, Figure] = {}
    with peer() as running:
        for name in chosen.groups or GROUPS:
            busy = f"{os.getloadavg()[0]:.1f}"
            print(f"Measuring: {name} (load before it: {busy}) ...", flush=True)
            figures |= {one.name: one for one in GROUPS[name](running, chosen.runs)}
    figures |= {one.name: one for one in faster(figures)}
    found: dict[str, Plain] = {name: one.plain() for name, one in figures.items()}
    print(results_page.for_a_terminal(found))
    if chosen.groups and not chosen.into:
        return
    if chosen.groups:
        found = joined(json.loads(results_page.RESULTS.read_text())["measures"], found)
    kept = json.dumps(results(found), indent=2, ensure_ascii=False)
    results_page.RESULTS.write_text(f"{kept}\n")
    results_page.main()


if __name__ == "__main__":
    main()
