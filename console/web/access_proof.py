"""Which pages take a fresh proof, and which are open before a second factor was proved."""

FRESH: frozenset[str] = frozenset(
    {
        # What somebody signs in and signs off with, and where they are rung up.
        "own_secrets.password",
        "own_secrets.change_password",
        "own_secrets.pin",
        "own_secrets.change_pin",
        "own_secrets.phone",
        "own_secrets.change_phone",
        "second_factors.app",
        "second_factors.add_app",
        "second_factors.remove_app",
        "second_factors.passkey",
        "second_factors.add_passkey",
        "second_factors.remove_passkey",
        "second_factors.new_codes",
        # Who may act at all, and as whom.
        "people.invite",
        "people.again",
        "people.agree",
        "person.details",
        "person.give",
        "person.take",
        "person.issue",
        "tokens.issue",
        "handover.close",
        "handover.custody",
        # What the public hears through: a credential, another network behind a channel's name, who
        # holds its keys.
        "channel_credentials.offer",
        "channel_keeping.move",
        "channel_keeping.entrust",
        "channel_keeping.relieve",
        # What was frozen leaves at once. Freezing and stopping stay one press.
        "holds.let_go",
        # A whole town's addresses.
        "recipients.download",
        "recipients.apply",
        # What is said of words that nobody else had read. Releasing them asks by itself: a password
        # is never enough for that.
        "alone.look_back",
        # Who signs what.
        "policy.propose",
        "policy.agree",
    }
)
"""What takes a second factor that was proved within the last minutes, besides being signed in; the
password once more, where a person has none and needs none. Of a form that is sent nothing is lost;
for a page that is only looked at it is asked beforehand."""

BEFORE_SECOND: frozenset[str] = frozenset(
    {
        "proving.ask",
        "proving.prove",
        "second_factors.choose",
        "second_factors.app",
        "second_factors.add_app",
        "second_factors.passkey",
        "second_factors.add_passkey",
        "own_secrets.password",
        "own_secrets.change_password",
        "account.page",
        "account.end",
        "account.end_others",
    }
)
"""What is open to somebody whose roles take a second factor, before they have proved one."""
