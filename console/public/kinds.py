"""What the kinds of messages are called, to everybody."""

from console.domain.message import Kind

KINDS: dict[Kind, str] = {
    Kind.ALERT: "Alert",
    Kind.UPDATE: "Update",
    Kind.CORRECTION: "Correction",
    Kind.ALL_CLEAR: "All clear",
    Kind.CANCEL: "Cancel",
}
