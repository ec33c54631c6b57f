"""Installs a real Bluesky server for the tests, once, into a cache outside the checkout.

    python -m tests.bluesky_server.install

Takes one to three minutes the first time: its SQLite is compiled.
"""

from pathlib import Path

from tests.real.from_npm import FromNpm

SERVER = FromNpm("bluesky-server", Path(__file__).parent, rebuilt=("better-sqlite3",))

if __name__ == "__main__":
    SERVER.main()
