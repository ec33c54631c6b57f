"""The accessibility statement: what was tested and how, what was not, and whom to tell."""

from flask import Blueprint, render_template

blueprint = Blueprint("accessibility", __name__)


@blueprint.get("/accessibility")
def page() -> str:
    return render_template("pages/accessibility.html")
