"""Why a delivery was not sent again, looked for or settled, in words for people."""

from console.actions.errors import CannotLook, Expired, Obstacle, OutOfUse, Overtaken


def obstacle(error: Obstacle) -> tuple[str, ...]:
    """Sentences for a page of its own; none where it is about something else."""
    match error:
        case Expired():
            return (
                "Its time has passed: the message was to stop by then.",
                "Nothing was sent. Write an update if people still need to know.",
            )
        case CannotLook():
            return (
                "This network cannot be asked whether it has the message.",
                "Look there yourself, or ask who receives it, and then say so.",
            )
        case Overtaken():
            return (
                "A later message of this incident has gone out on this channel. An older one must "
                "not follow it.",
                "Nothing was sent. Write an update if something is missing.",
            )
        case OutOfUse():
            return (
                "This channel is parked or retired, or takes exercises only: nothing goes out on "
                "it.",
                "Nothing was sent. Use another channel; see Channels for who changed that.",
            )
    return ()
