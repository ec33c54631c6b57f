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
    before, found = (f"“{text}”" if text else "nothing" for text in (one.before, one.found))
    return f"It was {before}, and is now {found}."


def headline(one: Finding) -> str:
    """As it begins a sentence."""
    words = WHAT[one.kind]
    return words[0].upper() + words[1:]


def not_ours(base: str, account: ChannelRow) -> str:
    """Where the message is drafted that tells the public, on every channel but this one."""
    asked = {
        "network": network(account.network),
        "account": account.handle,
        "without": account.name,
    }
    return f"{base}/incidents/new/account-not-ours?{urlencode(asked)}"
