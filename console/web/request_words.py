"""What people are told of a request that cannot be taken as it came."""

from werkzeug.exceptions import HTTPException, UnsupportedMediaType

from console.catalogue import N_
from console.web.fetches import FromOtherSite
from console.web.hosts import ForeignHost
from console.web.twice import Twice
from console.web.words import OTHER_SITE, Sorry

_FOREIGN_HOST = (
    N_(
        "Nothing was shown or saved. Use the address that your council gave you for Skellat: the "
        "one in its mails."
    ),
    N_(
        "If this is a name that Skellat shall have, whoever looks after it adds it to hosts under "
        "[console] in skellat.toml."
    ),
)


def of(error: HTTPException) -> Sorry | None:
    """None where the status alone says enough."""
    match error:
        case ForeignHost():
            return Sorry(N_("Skellat is not at this address"), _FOREIGN_HOST)
        case FromOtherSite():
            return OTHER_SITE
        case Twice():
            return Sorry(
                N_("Something came twice"),
                (
                    N_(
                        "“%(field)s” was sent more than once, so it is not clear which was meant. "
                        "Nothing was saved or sent."
                    ),
                    N_("Go back and send the form again."),
                ),
                {"field": error.field[:60]},
            )
        case UnsupportedMediaType():
            return Sorry(
                N_("This page takes forms only"),
                (N_("What was sent is of another kind. Nothing was saved or sent."),),
            )
    return None
