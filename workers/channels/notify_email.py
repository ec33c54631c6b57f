"""E-mail through GOV.UK Notify, one for each recipient."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from console.domain.channel import Checked, Key, Limit, Pace, Post, Receipt, Undelivered
from console.domain.recipient import Addresses
from workers import unsubscribing
from workers.notify import Service, number_or_address


class NotifyEmail:
    limit: ClassVar[Limit] = Limit(octets=2_000_000)
    addresses: ClassVar[Addresses] = Addresses.EMAIL
    repeatable: ClassVar[bool] = False
    """Notify keeps our reference, and does not mind the same one twice."""
    # https://docs.notifications.service.gov.uk/rest-api.html#rate-limits
    pace: ClassVar[Pace] = Pace(per_minute=3000)
    keys: ClassVar[Mapping[str, Key]] = {
        "key": Key(secret=True, hint="a live API key of your Notify service"),
        "template": Key(hint="the id of an e-mail template: ((subject)) over ((message)) alone"),
        "placeholder": Key(required=False, hint="the placeholder in the body; message"),
        "subject": Key(required=False, hint="the placeholder in the subject; subject"),
        "reply_to": Key(required=False, hint="the id of a reply-to address, where there are more"),
        "url": Key(required=False, hint="Notify’s address; GOV.UK’s if left out"),
    }
    practice: ClassVar[Mapping[str, str]] = {
        "key": "practice-00000000-0000-4000-8000-00000000000a-00000000-0000-4000-8000-00000000000b",
        "template": "email.{world}.{name}",
        "url": "{practice}",
    }

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.service = Service(settings, "email")
        self.placeholder = str(settings.get("placeholder") or "message")
        self.subject = str(settings.get("subject") or "subject")
        self.reply_to = str(settings.get("reply_to") or "")

    def send(self, post: Post) -> Receipt:
        address = number_or_address(post, "address")
        return self.service.send(
            lambda client: client.send_email_notification(
                email_address=address,
                template_id=self.service.template,
                personalisation={
                    self.placeholder: unsubscribing.signed_and_line(post),
                    self.subject: post.subject,
                },
                reference=post.key,
                email_reply_to_id=self.reply_to or None,
                one_click_unsubscribe_url=post.unsubscribe or None,
            )
        )

    def find(self, post: Post) -> Receipt | None:
        return self.service.find(post)

    def undelivered(self, since: datetime) -> Sequence[Undelivered]:
        return self.service.undelivered(since)

    def check(self) -> Checked:
        return self.service.check(body=f"(({self.placeholder}))", subject=f"(({self.subject}))")
