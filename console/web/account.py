"""A person's own account: where they are signed in, and what they sign in with."""

from flask import Blueprint, render_template

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
def page() -> str:
    return render_template("pages/account.html")
