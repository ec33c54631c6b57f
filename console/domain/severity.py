"""How bad it is, in CAP's own words; what policy asks for may depend on it."""

from enum import StrEnum


class Severity(StrEnum):
    """CAP 1.2, element *severity*."""

    MINOR = "minor"
    MODERATE = "moderate"
    SEVERE = "severe"
    EXTREME = "extreme"
    """Danger to life."""
