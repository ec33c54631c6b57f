"""What the kinds of messages are called, to everybody."""

from console.catalogue import N_
from console.domain.message import Kind

KINDS: dict[Kind, str] = {
    Kind.ALERT: N_("Alert"),
    Kind.UPDATE: N_("Update"),
    Kind.CORRECTION: N_("Correction"),
    Kind.ALL_CLEAR: N_("All clear"),
    Kind.CANCEL: N_("Cancel"),
}
