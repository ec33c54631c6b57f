"""The command `skellat`. Exit codes: 0 done, 1 it did not work, 2 the call or set-up is wrong."""

from console.cli.main import main

__all__ = ["main"]
