"""A person's own second factors: passkeys, an authenticator app, recovery codes."""

from flask import Blueprint, render_template

blueprint = Blueprint("second_factors", __name__)


@blueprint.get("/account/second-factor")
def choose() -> str:
    return render_template("pages/second_factor.html")
