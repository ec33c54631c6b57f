"""What every act has at hand: settings, channels, incident types and places, read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from console import channels, incident_types, places, policy_file, voices
from console.channels import BrokenChannel, ConfiguredChannel
from console.configuration import ConfigurationFaults, Fault
from console.connecting import Unseal, shut
from console.domain.channel import Pace
from console.domain.incident import Mode
from console.domain.incident_type import IncidentType
from console.domain.place import Places
from console.domain.voice import Phrases
from console.settings import Settings


@dataclass(frozen=True)
class Desk:
    settings: Settings
    channels: tuple[ConfiguredChannel, ...]
    types: Mapping[str, IncidentType]
    places: Places
    phrases: Phrases = field(default_factory=dict)
    """What channels add in their tone of voice."""
    unseal: Unseal = shut
    """Opens sealed credentials; a worker's desk alone can."""
    broken: tuple[BrokenChannel, ...] = ()
    """Configured, and left out: their networks' plugins are broken."""

    def channel(self, name: str) -> ConfiguredChannel | None:
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> Mapping[str, ConfiguredChannel]:
        return {one.name: one for one in self.channels}

    def left_out(self, name: str) -> BrokenChannel | None:
        return next((one for one in self.broken if one.name == name), None)

    @cached_property
    def paces(self) -> Mapping[str, Pace]:
        """The channels that may not be called as often as one likes, by name."""
        return {one.name: one.pace for one in self.channels if one.pace != Pace()}

    def channels_for(self, mode: Mode, names: list[str] | None) -> list[ConfiguredChannel]:
        """The channels of a message, in the file's order; ``names`` None means all."""
        return [
            one
            for one in self.channels
            if one.carries(mode) and (names is None or one.name in names)
        ]


def prepare(settings: Settings) -> Desk:
    """Reads what is configured. Raises `ConfigurationFaults`."""
    known = places.load(settings.config / "places")
    faults: list[Fault] = []
    phrases = voices.load(settings.templates, faults)
    if faults:
        raise ConfigurationFaults(faults)
    found = channels.read(settings)
    types = incident_types.load(settings.templates / "incidents", known)
    if faults := policy_file.strangers(settings.policy, types):
        raise ConfigurationFaults(faults)
    return Desk(
        settings=settings,
        channels=found.usable,
        types=types,
        places=known,
        phrases=phrases,
        broken=found.broken,
    )
