"""A field that came more than once."""

from werkzeug.exceptions import BadRequest


class Twice(BadRequest):
    """Two readers of the request could each believe another of its values."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.field = name
