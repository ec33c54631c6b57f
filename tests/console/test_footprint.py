"""Keeps the long-running processes small: see console/footprint.py."""

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import threading
from console import credentials, footprint

def kept():
    with open("/proc/self/smaps_rollup") as rollup:
        return next(int(line.split()[1]) for line in rollup if line.startswith("Private_Dirty"))

footprint.slim()
before = kept()
for _ in range(3):
    thread = threading.Thread(target=credentials.hashed, args=("correct horse battery",))
    thread.start()
    thread.join()
print(kept() - before)
"""


def kept_by_passwords() -> int:
    """Kilobytes that stay with a process after it has hashed a few."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps what was freed")
def test_what_a_passwords_hash_took_is_given_back() -> None:
    assert kept_by_passwords() < 2_000


def test_a_fork_collects_nothing_that_was_loaded_before_it() -> None:
    program = (
        "import gc\nfrom console import footprint\nfootprint.share()\nprint(gc.get_freeze_count())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert int(done.stdout) > 1_000
