"""What people are told of a request that cannot be taken as it came."""

from werkzeug.exceptions import HTTPException, UnsupportedMediaType

from console.web.fetches import FromOtherSite
from console.web.hosts import ForeignHost
from console.web.twice import Twice
from console.web.words import OTHER_SITE, Sorry

_FOREIGN_HOST = (
    "Nothing was shown or saved. Use the address that your council gave you for Skellat: the one "
    "in its mails.",
    "If this is a name that Skellat shall have, whoever looks after it adds it to hosts under "
    "[console] in skellat.toml.",
)


def of(error: HTTPException) -> Sorry | None:
    """None where the status alone says enough."""
    match error:
        case ForeignHost():
            return Sorry("Skellat is not at this address", _FOREIGN_HOST)
        case FromOtherSite():
            return OTHER_SITE
        case Twice():
            return Sorry(
                "Something came twice",
                (
                    f"“{error.field[:60]}” was sent more than once, so it is not clear which was "
                    "meant. Nothing was saved or sent.",
                    "Go back and send the form again.",
                ),
            )
        case UnsupportedMediaType():
            return Sorry(
                "This page takes forms only",
                ("What was sent is of another kind. Nothing was saved or sent.",),
            )
    return None
