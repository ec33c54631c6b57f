"""Every machine, every pair of state and event: what the table has, and nothing else."""

from enum import StrEnum
from itertools import product

import pytest

from console.domain import approval, delivery, granting, incident, invitation, message
from console.domain.states import NotAllowed, after

MACHINES = {
    "message": (message.NEXT, message.MessageState, message.MessageEvent),
    "approval": (approval.NEXT, approval.ApprovalState, approval.ApprovalEvent),
    "delivery": (delivery.NEXT, delivery.DeliveryState, delivery.DeliveryEvent),
    "incident": (incident.NEXT, incident.IncidentState, incident.IncidentEvent),
    "role request": (granting.NEXT, granting.GrantState, granting.GrantEvent),
    "invitation": (invitation.NEXT, invitation.InvitationState, invitation.InvitationEvent),
}
EVERY_PAIR = [
    (table, state, event)
    for table, states, events in MACHINES.values()
    for state, event in product(states, events)
]
FINAL = {
    message.MessageState.WITHDRAWN,
    message.MessageState.REJECTED,
    message.MessageState.EXPIRED,
    message.MessageState.STOPPED,
    approval.ApprovalState.REFUSED,
    approval.ApprovalState.SUPERSEDED,
    approval.ApprovalState.LAPSED,
    delivery.DeliveryState.CANCELLED,
    granting.GrantState.AGREED,
    granting.GrantState.REFUSED,
    granting.GrantState.WITHDRAWN,
    granting.GrantState.LAPSED,
    invitation.InvitationState.ACCEPTED,
    invitation.InvitationState.WITHDRAWN,
}


@pytest.mark.parametrize(("table", "state", "event"), EVERY_PAIR)
def test_a_pair_that_the_table_lacks_is_not_allowed(
    table: dict[tuple[StrEnum, StrEnum], StrEnum], state: StrEnum, event: StrEnum
) -> None:
    if (state, event) in table:
        assert after(table, state, event) is table[state, event]
    else:
        with pytest.raises(NotAllowed) as refused:
            after(table, state, event)
        assert (refused.value.state, refused.value.event) == (state, event)


@pytest.mark.parametrize(("table", "states", "events"), MACHINES.values())
def test_every_event_is_possible_somewhere_and_final_states_stay_final(
    table: dict[tuple[StrEnum, StrEnum], StrEnum], states: type[StrEnum], events: type[StrEnum]
) -> None:
    assert {event for _, event in table} == set(events)
    assert {state for state, _ in table} == set(states) - FINAL


def test_what_was_sent_stays_so_unless_it_comes_back() -> None:
    ways = {event for state, event in delivery.NEXT if state is delivery.DeliveryState.SENT}
    assert ways == {delivery.DeliveryEvent.BOUNCE}


def test_only_a_claimed_delivery_can_become_sent_by_a_worker() -> None:
    ways = {pair for pair, then in delivery.NEXT.items() if then is delivery.DeliveryState.SENT}
    assert ways == {
        (delivery.DeliveryState.SENDING, delivery.DeliveryEvent.ACCEPT),
        (delivery.DeliveryState.UNCERTAIN, delivery.DeliveryEvent.CONFIRM),
    }


def test_only_a_message_awaiting_approval_can_be_released() -> None:
    ways = {pair[0] for pair, then in message.NEXT.items() if then is message.MessageState.RELEASED}
    assert ways == {message.MessageState.AWAITING}
