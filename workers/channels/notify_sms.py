"""Text messages through GOV.UK Notify, one for each recipient."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from console.domain.channel import Checked, Counting, Key, Limit, Pace, Post, Receipt, Undelivered
from console.domain.recipient import Addresses
from workers.notify import Service, number_or_address


class NotifySms:
    limit: ClassVar[Limit] = Limit(918, Counting.SMS)
    addresses: ClassVar[Addresses] = Addresses.PHONE
    repeatable: ClassVar[bool] = False
    """Notify keeps our reference, and does not mind the same one twice."""
    # https://docs.notifications.service.gov.uk/rest-api.html#rate-limits
    pace: ClassVar[Pace] = Pace(per_minute=3000)
    keys: ClassVar[Mapping[str, Key]] = {
        "key": Key(secret=True, hint="a live API key of your Notify service"),
        "template": Key(hint="the id of a text message template that is ((message)) alone"),
        "placeholder": Key(required=False, hint="the template’s placeholder; message"),
        "sender": Key(required=False, hint="the id of a text message sender, where there are more"),
        "url": Key(required=False, hint="Notify’s address; GOV.UK’s if left out"),
    }
    practice: ClassVar[Mapping[str, str]] = {
        "key": "practice-00000000-0000-4000-8000-00000000000a-00000000-0000-4000-8000-00000000000b",
        "template": "sms.{world}.{name}",
        "url": "{practice}",
    }

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.service = Service(settings, "sms")
        self.placeholder = str(settings.get("placeholder") or "message")
        self.sender = str(settings.get("sender") or "")

    def send(self, post: Post) -> Receipt:
        number = number_or_address(post, "telephone number")
        return self.service.send(
            lambda client: client.send_sms_notification(
                phone_number=number,
                template_id=self.service.template,
                personalisation={self.placeholder: post.text},
                reference=post.key,
                sms_sender_id=self.sender or None,
            )
        )

    def find(self, post: Post) -> Receipt | None:
        return self.service.find(post)

    def undelivered(self, since: datetime) -> Sequence[Undelivered]:
        return self.service.undelivered(since)

    def check(self) -> Checked:
        return self.service.check(body=f"(({self.placeholder}))")
