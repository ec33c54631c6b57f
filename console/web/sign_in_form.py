"""The sign-in form, wherever it is shown: on its own page, or in the way of another."""

from typing import Any

from flask import render_template
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput, GovSubmitInput, GovTextInput
from wtforms import PasswordField, StringField, SubmitField


class SignIn(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    class Meta:
        csrf = False  # the application checks every POST; a second token would outlive the session

    email = StringField("E-mail address", widget=GovTextInput())
    password = PasswordField("Password", widget=GovPasswordInput())
    enter = SubmitField("Sign in", widget=GovSubmitInput())

    def refuse(self) -> None:
        """The same words for everything that can be wrong: they tell a stranger nothing."""
        self.email.errors = ["Check the address"]
        self.password.errors = ["Check the password"]


def page(form: SignIn | None = None, **shown: Any) -> str:
    """``next``: where to go then; ``held``: a form to carry on with; ``late``: it has ended."""
    return render_template("pages/sign-in.html", form=form or SignIn(formdata=None), **shown)
