"""The practice service behind Apprise: takes the JSON that Apprise posts to json:// addresses.

Written after https://appriseit.com/services/json/. It keeps no keys: posting twice makes two.
"""

import secrets
from datetime import datetime
from typing import ClassVar

from workers.practice.exchange import Answer, Rejected, Request, Route, as_json
from workers.practice.log import Log
from workers.practice.network import WORDS
from workers.practice.pictures import Pictures


class Apprise:
    name: ClassVar[str] = "apprise"
    title: ClassVar[str] = "Other service (Apprise)"

    def __init__(self, log: Log, pictures: Pictures) -> None:
        self.log = log

    def routes(self) -> list[Route]:
        return [Route("POST", "/apprise/([^/]+)", self.take, publishes="apprise")]

    @staticmethod
    def account(request: Request) -> str | None:
        return request.path.rpartition("/")[2]

    @staticmethod
    def refusal(code: str, resets: datetime | None) -> Answer:
        return as_json({"error": WORDS[code]}, int(code))

    def take(self, request: Request, account: str) -> Answer:
        try:
            message = request.json()
        except ValueError as bad:
            raise Rejected(as_json({"error": f"The body is not JSON: {bad}"}, 400)) from bad
        if message.get("version") != "1.0" or not isinstance(message.get("message"), str):
            raise Rejected(as_json({"error": "This is no message of Apprise."}, 422))
        title = str(message.get("title") or "")
        self.log.add(
            "apprise", account, message["message"], secrets.token_hex(8), kept={"title": title}
        )
        return as_json({})
