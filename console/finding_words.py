"""What people are told of a finding: what was seen on an account, and what to do about it.

The channel's page, the banner and the mails say the same, so the words are here, below all of them.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from console.actions.findings import Finding
from console.domain.drift import Kind, Settled
from console.store.register import ChannelRow

WHAT: Mapping[Kind, str] = {
    Kind.STRANGER: "a post that Skellat did not send",
    Kind.ACCOUNT: "another account answers",
    Kind.HANDLE: "its handle changed",
    Kind.NAME: "its name changed",
    Kind.BIO: "its description changed",
    Kind.AVATAR: "its picture changed",
    Kind.MOVED: "it says that it has moved",
}
"""After the channel's title and a colon."""
SETTLED: Mapping[Settled, str] = {
    Settled.OURS: "It was us",
    Settled.DEALT: "It was not us, and is put right",
}
TO_DO = (
    (
        "Freeze this channel",
        "if the post or the change is not the council's: nothing leaves on it until somebody lets "
        "it go.",
    ),
    ("Hold all", "if more than one account may be in wrong hands: every queue stops."),
    ("Tell the public", "on the other channels that this account is not ours for now."),
)
"""What to do, and when; each is a link where it stands."""
OURS = "If it was us, say so on the channel's page, so that nobody has to wonder."
_NETWORKS = {"linkedin": "LinkedIn", "x": "X", "facebook": "Facebook"}


def network(name: str) -> str:
    """The network's name as people write it."""
    return _NETWORKS.get(name, name.replace("-", " ").capitalize())


def what(one: Finding) -> str:
    """Sentences on what was seen; a strange post's own words stand beside it."""
    match one.kind:
        case Kind.STRANGER:
            return "Nobody sent this through Skellat."
        case Kind.ACCOUNT:
            return f"Its id was {one.before}, and is {one.found} now: it is not the same account."
        case Kind.MOVED:
            return f"Visitors are sent to {one.found}." if one.found else "It says so no more."
        case Kind.AVATAR:
            return "Look at it: visitors see another picture than before."
    before, found = (text or "(nothing)" for text in (one.before, one.found))
    return f"It was: {before} It is now: {found}"


def not_ours(base: str, account: ChannelRow) -> str:
    """Where the message is drafted that tells the public, on every channel but this one."""
    asked = {
        "network": network(account.network),
        "account": account.handle,
        "without": account.name,
    }
    return f"{base}/incidents/new/account-not-ours?{urlencode(asked)}"
