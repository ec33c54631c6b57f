"""Two worlds, two addresses: every page of an incident is at /... and at /exercise/..."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, abort, redirect, request, url_for

from console.actions import cards
from console.domain.incident import Mode

View = TypeVar("View", bound=Callable[..., Any])


def both(blueprint: Blueprint, rule: str, **options: Any) -> Callable[[View], View]:
    """Registers a view for both worlds; it is given the ``mode`` that its address says."""

    def register(view: View) -> View:
        for prefix, mode in (("", Mode.ACTUAL), ("/exercise", Mode.EXERCISE)):
            blueprint.add_url_rule(
                f"{prefix}{rule}", view_func=view, defaults={"mode": mode}, **options
            )
        return view

    return register


def must_be_here(incident: cards.Incident, mode: Mode) -> None:
    """Leads to the right address where the incident is of the other world. A form sent to the
    wrong one does nothing."""
    if incident.mode is mode:
        return
    if request.method == "GET" and request.endpoint:
        values = {**(request.view_args or {}), "mode": incident.mode}
        abort(redirect(url_for(request.endpoint, **values)))
    abort(redirect(url_for("incidents.page", incident_id=incident.id, mode=incident.mode), 303))
