"""The register on paper and in spreadsheets: all but secrets, and the security checklist."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from console.actions import checklist as points
from console.actions import estate
from console.actions.checklist import Sheet, State
from console.actions.errors import NotFound
from console.actions.estate import Account, Estate
from console.domain.record_csv import harmless
from console.web.access import me
from console.web.context import web

blueprint = Blueprint("register_exports", __name__)

COLUMNS = (
    "name", "title", "network", "account", "account id", "status", "posted to by Skellat",
    "on practice networks", "owner", "custodians", "where the credential lives", "second factor",
    "recovery mailbox", "recovery phone", "credential changed", "last check", "last check passed",
    "what the check said", "credential ends", "left of the quota", "followers", "last post",
    "last exercise", "held", "to put right", "what to do if lost", "signpost", "entered",
)  # fmt: skip
CHECKLIST_COLUMNS = (
    "channel", "account", "network", "point", "state", "how it is met, or what to ask", "source",
    # For whoever fills it in, as in the government's own sheet.
    "comments", "residual risk", "improvements",
)  # fmt: skip


@blueprint.get("/channels.csv")
def channels() -> Response:
    return _download("channels.csv", COLUMNS, (_row(one) for one in _whole().accounts))


@blueprint.get("/channels/security-checklist")
def checklist() -> str:
    """All accounts at a glance; one of them point by point where it is asked for."""
    sheets = points.sheets(_whole(), web().now)
    chosen = request.args.get("channel", "")
    sheet = next((one for one in sheets if one.account.name == chosen), None)
    if chosen and sheet is None:
        raise NotFound("channel", chosen)
    return render_template(
        "pages/security_checklist.html",
        sheets=sheets,
        sheet=sheet,
        points=points.POINTS,
        sources=list(dict.fromkeys(one.source for one in points.POINTS)),
        tags={State.MET: ("met", "green"), State.NOT_MET: ("not met", "red"),
              State.ASK: ("to be asked", "grey")},
        State=State,
        now=web().now,
    )  # fmt: skip


@blueprint.get("/channels/security-checklist.csv")
def checklist_csv() -> Response:
    rows = (row for one in points.sheets(_whole(), web().now) for row in _answers(one))
    return _download("security-checklist.csv", CHECKLIST_COLUMNS, rows)


def _whole() -> Estate:
    with web().sessions.read() as db:
        return estate.estate(db, by=me(), now=web().now)


def _download(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
    answer = make_response(out.getvalue())
    answer.content_type = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _row(one: Account) -> Sequence[object]:
    check = one.check
    return (
        one.name,
        one.title,
        one.network,
        one.handle,
        one.account_id,
        one.status,
        _yes(one.ours),
        _yes(one.practice),
        one.owner,
        "; ".join(
            f"{each.name} <{each.email}>{'' if each.active else ' (account closed)'}"
            for each in one.custodians
        ),
        one.kept_in,
        one.second_factor,
        one.recovery_mailbox,
        one.recovery_phone,
        _time(one.rotated_at),
        _time(check.at if check else None),
        _yes(check.passed) if check else "",
        (check.reason or check.account) if check else "",
        _time(check.expires_at if check else None),
        _number(check.left if check else None),
        _number(check.followers if check else None),
        _time(one.last_sent_at),
        _time(one.last_exercise_at),
        f"by {one.hold.by}: {one.hold.reason}" if one.hold else "",
        "; ".join(one.reds),
        one.if_lost,
        one.signpost,
        _time(one.added_at),
    )


def _answers(sheet: Sheet) -> Iterable[Sequence[object]]:
    account = sheet.account
    for point, answer in sheet.answers:
        yield (
            account.title, account.handle, account.network, point.asks, answer.state,
            answer.because, f"{point.source.title}, {point.source.url}", "", "", "",
        )  # fmt: skip


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"


def _time(at: datetime | None) -> str:
    """``2026-01-16 05:18`` in the council's zone: a spreadsheet takes it for a time."""
    return f"{at.astimezone(web().desk.settings.zone):%Y-%m-%d %H:%M}" if at else ""


def _number(number: int | None) -> str:
    return "" if number is None else str(number)
