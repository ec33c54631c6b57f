"""Which texts stand together: the same words once, and two languages of them side by side."""

from console.actions.compose import Proposal, Proposals

Group = list[Proposal]
"""Channels that are given the same words."""


def rows(proposals: Proposals, first: str) -> list[list[Group]]:
    """Each row is one group in the language ``first``, and what its channels say in others."""
    found: list[list[Group]] = []
    for group in _alike(proposals):
        row = _beside(group, found) if group[0].variant.language != first else None
        if row is None:
            found.append([group])
        else:
            row.append(group)
    return found


def unspoken(proposals: Proposals) -> dict[str, list[str]]:
    """Language -> the titles of the channels that get nothing in it."""
    found: dict[str, list[str]] = {}
    for channel, language in proposals.unspoken:
        found.setdefault(language, []).append(channel.title)
    return found


def _alike(proposals: Proposals) -> list[Group]:
    groups: dict[tuple[str, str, str], Group] = {}
    for one in proposals.channels:
        same = (one.variant.text, one.variant.subject, one.variant.language)
        groups.setdefault(same, []).append(one)
    return list(groups.values())


def _beside(group: Group, rows: list[list[Group]]) -> list[Group] | None:
    """The row that has one of its channels already."""
    names = {one.channel.name for one in group}
    shared = (row for row in rows if names & {one.channel.name for one in row[0]})
    return next(shared, None)
