"""`python -m console.cli`, the same as `skellat`."""

from console.cli.main import main

main()
