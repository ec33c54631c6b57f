"""What the contract tests expect of our networks: a file for each in `tests/contracts/networks`."""

import importlib
import pkgutil
from typing import Any

from console.domain.channel import Post
from tests.contracts import networks
from workers.contract import Expected
from workers.contract import expected as contract
from workers.practice import Practice


def _expected() -> dict[str, Expected]:
    found = {}
    for one in pkgutil.iter_modules(networks.__path__):
        module = importlib.import_module(f"{networks.__name__}.{one.name}")
        found[one.name.replace("_", "-")] = module.EXPECTED
    return found


EXPECTED = _expected()
_address = [""]


def serve_picture(practice: Practice) -> None:
    """From now on the pictures of fitting posts are fetched from this practice server."""
    _address[0] = contract.picture_on(practice)


def fitting(network: str, **chosen: Any) -> Post:
    """A post of its own as the network takes it."""
    return contract.fitting(EXPECTED.get(network), _address[0], **chosen)
