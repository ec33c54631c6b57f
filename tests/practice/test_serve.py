"""The process, as a command runs it."""

import signal
import sys
from subprocess import PIPE, Popen

import pytest
import requests

CODE = """
import sys
from pathlib import Path
from workers.practice import serve
serve("127.0.0.1", 0, 0, Path(sys.argv[1]), lambda practice: print(practice.url, flush=True))
"""


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_until_it_is_told_to_stop(tmp_path, ending):
    command = [sys.executable, "-c", CODE, str(tmp_path / "log.jsonl")]
    with Popen(command, stdout=PIPE, stderr=PIPE, text=True) as process:
        url = process.stdout.readline().strip()
        assert requests.get(f"{url}/log", timeout=5).json() == []
        process.send_signal(ending)
        assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0
