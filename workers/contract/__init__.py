"""The contract of a channel as tests, for Skellat's own networks and for those of other packages.

In a test file of the package that brings the network::

    from workers.contract import Expected, contract

    TestSignboard = contract("signboard", Expected(secret={"token": "canary-7d1e"}))

pytest then tries the installed network against its stand-in on the practice networks: every fault,
told for what it is and in time, nothing published twice, no secret shown, no redirect followed.
Needs pytest, which Skellat itself does not.
"""

import pytest

# Before they are imported, so that a failed assertion shows what it compared.
pytest.register_assert_rewrite("workers.contract.every", "workers.contract.faults")

from workers.contract.contract import contract  # noqa: E402
from workers.contract.expected import HTTP, Came, Expected  # noqa: E402

__all__ = ["HTTP", "Came", "Expected", "contract"]
