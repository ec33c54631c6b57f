"""A snow day's crowd: how many read the incident page a second, beside nginx with the same file."""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import requests

from bench.figures import Figure
from bench.peer import Peer
from console.domain.channel import Post
from console.public.publisher import Publisher
from console.public.site import Side
from console.public.writing import Writer
from console.settings import ROOT
from tests.real.ports import free_port
from workers.channels.public_page import PublicPage

SECONDS = 5
READERS = 32
PAGE = "public/snowday"
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_NGINX = """
daemon off; pid {place}/pid; error_log stderr error; worker_processes 2;
events {{ worker_connections 1024; }}
http {{
    access_log off; types {{ text/html html; }}
    client_body_temp_path {place}; proxy_temp_path {place}; fastcgi_temp_path {place};
    uwsgi_temp_path {place}; scgi_temp_path {place};
    server {{ listen 127.0.0.1:{port}; location /public/ {{ alias {site}/; }} }}
}}
"""


def crowd(_peer: Peer, runs: int) -> Iterator[Figure]:
    """wrk on the same machine, with one thread: it takes its part of the two cores."""
    if not (wrk := shutil.which("wrk")):
        print("crowd: skipped, there is no wrk (apt install wrk)")
        return
    with tempfile.TemporaryDirectory() as name:
        site = snow_day(Path(name))
        with served(site) as (port, server):
            before = _seconds(server)
            ours = [_rate(wrk, port, PAGE) for _ in range(runs)]
            spent = _seconds(server) - before
        what = f"the incident page a second from `skellat public serve`, {READERS} readers"
        yield Figure("public_page_per_s", what, "/s", ours, goal=2000, least=True)
        each = 1_000_000 * spent / (sum(ours) * SECONDS)
        what = "processor time of one such answer, whatever else the machine does"
        yield Figure("public_page_cpu_us", what, "µs", [each])
        if not (nginx := shutil.which("nginx")):
            print("crowd: nginx is not measured, it is not here (apt install nginx-light)")
            return
        with _nginx(nginx, site, Path(name)) as port:
            theirs = [_rate(wrk, port, f"{PAGE}/") for _ in range(runs)]
    yield Figure("nginx_page_per_s", "the same file from nginx", "/s", theirs)
    ratio = [one / other for one, other in zip(ours, theirs, strict=True)]
    yield Figure("public_of_nginx", "public_page_per_s / nginx_page_per_s", "×", ratio)


def snow_day(place: Path) -> Path:
    """A page with three messages, as long as messages are."""
    entries = place / "entries"
    for number in range(3):
        post = Post(
            key=f"m{number}",
            text="Snow and ice on every road above Inverbrae. Stay at home. " * 8,
            language="en",
            subject="Heavy snow in Cairn Pass",
            incident="snowday",
            kind="alert" if number == 0 else "update",
            exercise=False,
            link="",
            created_at=datetime(2026, 1, 16, 6 + number, tzinfo=UTC),
            message=f"m{number}",
        )
        PublicPage({"folder": str(entries)}).send(post)
    base, zone = "https://alerts.northbrae.example", ZoneInfo("Europe/London")
    publisher = Publisher("Northbrae Council", base, zone, ROOT / "templates")
    Writer(place / "site").write(Side((entries,), publisher, datetime.now(UTC)))
    place.chmod(0o755)
    return place / "site"


@contextmanager
def served(site: Path) -> Iterator[tuple[int, psutil.Process]]:
    port = free_port()
    command = [sys.executable, "-m", "console.cli", "public", "serve", "--processes", "2"]
    with _running([*command, "--port", str(port), "--folder", str(site)], port) as server:
        yield port, server


@contextmanager
def _nginx(nginx: str, site: Path, place: Path) -> Iterator[int]:
    port = free_port()
    written = place / "nginx.conf"
    written.write_text(_NGINX.format(place=place, port=port, site=site))
    with _running([nginx, "-c", str(written), "-e", "stderr"], port):
        yield port


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[psutil.Process]:
    started = subprocess.Popen(command)
    try:
        _until_it_answers(f"http://127.0.0.1:{port}/{PAGE}/")
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        started.wait(20)


def _seconds(server: psutil.Process) -> float:
    """Processor time of its workers so far."""
    return sum(one.cpu_times().user + one.cpu_times().system for one in server.children())


def _until_it_answers(address: str) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            if requests.get(address, timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise TimeoutError(address)


def _rate(wrk: str, port: int, path: str) -> float:
    address = f"http://127.0.0.1:{port}/{path}"
    command = [wrk, "-t1", f"-c{READERS}", f"-d{SECONDS}s", address]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    found = _RATE.search(said)
    assert found, said
    assert "Non-2xx" not in said, said
    return float(found[1])
