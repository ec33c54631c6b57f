"""Installs a real OpenID provider for the tests, once, into a cache outside the checkout.

python -m tests.openid_provider.install
"""

from pathlib import Path

from tests.real.from_npm import FromNpm

SERVER = FromNpm("openid-provider", Path(__file__).parent)

if __name__ == "__main__":
    SERVER.main()
