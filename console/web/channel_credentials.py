"""Writing a credential into the console: it can be written, and never read again."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from console.actions import credentials
from console.actions.credentials import NothingToSeal, TooLongCredential
from console.sealing import NoKey
from console.web import channels
from console.web.access import me
from console.web.context import web
from console.web.held import CREDENTIAL

blueprint = Blueprint("channel_credentials", __name__)
Page = str | Response | tuple[str, int]


@blueprint.post("/channels/<name>/credentials")
def offer(name: str) -> Page:
    values = {
        key.removeprefix(CREDENTIAL): value
        for key, value in request.form.items()
        if key.startswith(CREDENTIAL)
    }
    try:
        with web().sessions.begin() as db:
            credentials.offer(db, web().desk, channel=name, values=values, by=me(), now=web().now)
    except NothingToSeal:
        wrong = {"credentials": "Write the password or token that the channel is to use"}
    except TooLongCredential as error:
        what = f"That is longer than {error.most:,} characters. Copy it again"
        wrong = {f"{CREDENTIAL}{error.setting}": what}
    except NoKey:
        what = "Nothing can be sealed here yet. Ask IT to run “skellat secrets rotate” once"
        wrong = {"credentials": what}
    else:
        web().ring()
        return redirect(url_for("channels.one", name=name, _anchor="credentials"), 303)
    return channels.show(name, wrong), 400
