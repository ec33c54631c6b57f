"""What would be left if somebody went: the accounts that too few people would keep."""

from dataclasses import dataclass

from console.actions.estate import Account, Estate
from console.domain.register import ENOUGH_CUSTODIANS, Status


@dataclass(frozen=True)
class Without:
    """An account, and how many would be left to keep it."""

    account: Account
    left: int


def without(estate: Estate, person_id: str) -> list[Without]:
    """Accounts in use that this person keeps and fewer than two others do, the worst first."""
    found = [
        Without(one, sum(each.active and each.id != person_id for each in one.custodians))
        for one in estate.accounts
        if one.status not in (Status.PARKED, Status.RETIRED)
        and any(each.id == person_id for each in one.custodians)
    ]
    few = [one for one in found if one.left < ENOUGH_CUSTODIANS]
    return sorted(few, key=lambda one: one.left)
