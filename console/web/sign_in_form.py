"""The sign-in form and its second step, wherever they are shown."""

from typing import Any

from flask import make_response, render_template
from flask_babel import gettext
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput, GovSubmitInput, GovTextInput
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField, SubmitField

from console.actions import passkeys
from console.catalogue import N_
from console.domain.lockout import Wait
from console.web.context import web

_PASSKEY = {
    "too late": N_("That took too long. Try the passkey once more"),
    "unknown": N_(
        "This console does not know that passkey. Sign in another way, and add it to your account"
    ),
    "wrong": N_("That passkey was not accepted. Try once more, or sign in another way"),
}


def passkey_wrong(why: str) -> str:
    """Why a passkey did not count, as `passkeys.PasskeyRefused` says."""
    return str(gettext(_PASSKEY[why]))


class _InThePagesLanguage:
    """A field whose label and error are marked for the catalogue."""

    def map_gov_params(self, field: Any, **options: Any) -> dict[str, Any]:
        params: dict[str, Any] = super().map_gov_params(field, **options)  # type: ignore[misc]
        params["label"]["text"] = gettext(params["label"]["text"])
        if wrong := params.get("errorMessage"):
            wrong |= {"text": gettext(wrong["text"]), "visuallyHiddenText": gettext("Error")}
        return params


class _Text(_InThePagesLanguage, GovTextInput):  # type: ignore[misc]
    pass


class _Password(_InThePagesLanguage, GovPasswordInput):  # type: ignore[misc]
    pass


class SignIn(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    class Meta:
        csrf = False  # the application checks every POST; a second token would outlive the session

    email = StringField(N_("E-mail address"), widget=_Text())
    password = PasswordField(N_("Password"), widget=_Password())
    enter = SubmitField("Sign in", widget=GovSubmitInput())

    def refuse(self) -> None:
        """The same words for everything that can be wrong: they tell a stranger nothing."""
        self.email.errors = [N_("Check the address")]
        self.password.errors = [N_("Check the password")]


def page(form: SignIn | None = None, /, **shown: Any) -> str:
    """``next``: where to go then; ``held``: a form to carry on with; ``late``: it has ended;
    ``wait``: when to try again; ``passkey_wrong``: why one did not count."""
    return render_template(
        "pages/sign-in.html",
        form=form or SignIn(formdata=None),
        passkey=passkeys.to_prove(web().desk, passkeys.SIGN_IN, web().now),
        **shown,
    )


def later(form: SignIn, wait: Wait, **shown: Any) -> Response:
    """The same for an account that there is and one that there is not."""
    return too_many(page(form, wait=wait, **shown), wait)


def second(**shown: Any) -> str:
    """``wrong``: what is the matter with the code; the rest as for `page`."""
    return render_template(
        "pages/sign_in_second.html",
        passkey=passkeys.to_prove(web().desk, passkeys.SIGN_IN, web().now),
        **shown,
    )


def second_later(wait: Wait, **shown: Any) -> Response:
    return too_many(second(wait=wait, **shown), wait)


def too_many(page: str, wait: Wait) -> Response:
    answer = make_response(page, 429)
    # Rounded up: who keeps to it is let in.
    seconds = int((wait.until - web().now).total_seconds()) + 1
    answer.headers["Retry-After"] = str(seconds)
    return answer
