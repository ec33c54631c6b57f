"""The approver's telephone: reads the page, fills in its form and sends it."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from console.store.approvals import ApprovalRow
from console.store.messages import MessageRow
from console.web.context import Web
from tests.web.acting import Asked
from tests.web.conftest import PIN

WRONG = "271828"
"""Not the approver's PIN."""


def hidden(page: str, having: str = 'name="pin"') -> dict[str, str]:
    """The hidden fields of the form that has this in it: the one that approves."""
    form = next(one for one in page.split("<form") if having in one)
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))


def decide(
    client: FlaskClient, asked: Asked, decision: str = "approve", **typed: str
) -> TestResponse:
    form = {"pin": PIN, **hidden(client.get(asked.link).text), **typed, "decision": decision}
    return client.post(asked.link, data=form)


def states(web: Web, asked: Asked) -> tuple[str, str]:
    with web.sessions.read() as db:
        message, approval = db.get(MessageRow, asked.message), db.get(ApprovalRow, asked.approval)
        assert message
        assert approval
        return message.state, approval.state
