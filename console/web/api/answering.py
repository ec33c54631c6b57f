"""One call from end to end: who, what, once, answer; and the workers are woken after the commit."""

from collections.abc import Callable

from console.actions.errors import Obstacle
from console.actions.people import User
from console.domain.states import NotAllowed
from console.store import answers
from console.store.engine import Transaction
from console.web.api import requests
from console.web.api.endpoint import Call, Endpoint
from console.web.api.refusals import Answer, Refusal, of_obstacle
from console.web.context import web
from console.web.persist import persist

Give = Callable[[Transaction], Answer]


def answer(endpoint: Endpoint, id_: str) -> Answer:
    """Raises `Refusal`, `Obstacle`, `NotAllowed`."""
    by = requests.who()
    asked, sent = requests.asked(endpoint)
    desk, now = web().desk, web().now

    def give(db: Transaction) -> Answer:
        given = endpoint.act(Call(db, desk, by, now, id_), asked)
        return Answer(endpoint.status, given.model_dump_json())

    if endpoint.method == "GET":
        with web().sessions.read() as db:
            return give(db)
    key = requests.idempotency_key()
    answered = _once(by, key, requests.digest(sent), give) if key else _freely(give)
    if endpoint.rings:
        web().ring()
    return answered


def _freely(give: Give) -> Answer:
    with web().sessions.begin() as db:
        return give(db)


def _once(by: User, key: str, digest: str, give: Give) -> Answer:
    """The answer that this key was given before, or a new one that is kept for it."""
    try:
        return _claimed(by, key, digest, give)
    except (Obstacle, NotAllowed) as obstacle:
        refusal = of_obstacle(obstacle)
    # The claim was rolled back with whatever the act had begun; a refusal is kept on its own.
    return _claimed(by, key, digest, lambda _: refusal.answer)


def _claimed(by: User, key: str, digest: str, give: Give) -> Answer:
    def act(db: Transaction) -> Answer:
        before = answers.claim(db, user_id=by.id, key=key, request_digest=digest, now=web().now)
        if before is not None:
            return _again(before, digest)
        given = give(db)
        answers.keep(db, user_id=by.id, key=key, status=given.status, body=given.body)
        return given

    return persist(act)


def _again(before: answers.Kept, digest: str) -> Answer:
    if before.request_digest == digest:
        return Answer(before.status, before.body)
    what = "This Idempotency-Key was used for another request. Use a new key for each request."
    return Refusal(422, "key used", what).answer
