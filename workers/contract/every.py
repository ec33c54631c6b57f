"""What every channel keeps to: it says what it needs, publishes, and does what it says it can."""

import inspect
from datetime import UTC, datetime, timedelta

from console.channel_faults import keys_of
from console.channels import installed, practice_keys
from console.domain.channel import Channel, Key, Limit
from workers.contract.posts import picture
from workers.contract.world import Connect, Fitting, Network, World


class Described(World):
    def test_it_is_a_channel_that_says_what_it_needs(self) -> None:
        adapter = installed()[self.name]
        keys, practice = keys_of(adapter), practice_keys(adapter)
        assert isinstance(adapter.limit, Limit)
        assert isinstance(adapter.repeatable, bool)
        assert all(isinstance(key, Key) for key in keys.values())
        assert set(practice) <= {*keys, "account"}
        assert {key for key, one in keys.items() if one.required} <= set(practice)
        assert inspect.getdoc(inspect.getmodule(adapter)), "its file has to begin with what it is"


class Publishing(World):
    def test_it_publishes_words_picture_and_reply(
        self, connect: Connect, network: Network, fitting: Fitting
    ) -> None:
        channel, adapter = connect(), installed()[self.name]
        assert isinstance(channel, Channel)
        alert = fitting(picture=picture())
        first = channel.send(alert)
        update = fitting(kind="update", reply_to=first.reference)
        second = channel.send(update)
        assert first.reference != second.reference
        if self.expected:
            (shown,), (answer,) = network.posts(alert.text), network.posts(update.text)
            assert bool(answer["in_reply_to"]) == getattr(adapter, "replies", False)
            assert answer["in_reply_to"] in (None, "", shown["id"])
            if self.expected.shows_pictures:
                alts = [media["alt"] for media in shown["media"]]
                described = [alert.picture.alt] if alert.picture else []
                assert alts == (described if getattr(adapter, "pictures", False) else [])


class Repeating(World):
    def test_a_repeatable_one_leaves_one_post_for_two_sendings(
        self, connect: Connect, network: Network, fitting: Fitting
    ) -> None:
        channel, alert = connect(), fitting()
        assert channel.send(alert) == channel.send(alert)
        assert not self.expected or len(network.posts(alert.text)) == 1


class Finding(World):
    def test_what_was_sent_is_found_and_what_was_not_is_not(
        self, connect: Connect, fitting: Fitting
    ) -> None:
        channel, sent = connect(), fitting()
        assert channel.send(sent) == channel.find(sent)
        assert channel.find(fitting()) is None


class Checking(World):
    def test_its_check_publishes_nothing_and_names_the_account(
        self, connect: Connect, network: Network
    ) -> None:
        channel = connect()
        before = network.count()
        assert channel.check().name
        assert network.count() == before


class Watching(World):
    def test_what_was_sent_is_read_back_under_the_reference_that_it_was_given(
        self, connect: Connect, fitting: Fitting
    ) -> None:
        """Else every post of ours would be a stranger."""
        channel, sent = connect(), fitting()
        receipt = channel.send(sent)
        shown = channel.recent(datetime.now(UTC) - timedelta(minutes=5))
        references = [one.reference.partition("|")[0] for one in shown]
        assert receipt.reference.partition("|")[0] in references
        assert all(one.at.utcoffset() == timedelta(0) for one in shown)
        assert channel.recent(datetime.now(UTC) + timedelta(minutes=5)) == []


class Following(World):
    def test_what_arrived_is_not_told_as_lost_and_nothing_is_told_of_what_is_to_come(
        self, connect: Connect, fitting: Fitting
    ) -> None:
        channel, sent = connect(), fitting()
        receipt = channel.send(sent)
        lost = channel.undelivered(datetime.now(UTC) - timedelta(minutes=5))
        assert receipt.reference not in {one.reference for one in lost}
        assert channel.undelivered(datetime.now(UTC) + timedelta(minutes=5)) == []
