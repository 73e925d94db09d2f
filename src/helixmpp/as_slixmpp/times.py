"""Times as programs in slixmpp's style write them, and compare them: without a zone, too, and in microseconds."""

from helixmpp.stanza.times import Written

__all__ = ["times_are_as_written", "times_are_strict"]


def times_are_as_written() -> None:
    """Write a date and time without a zone as it is, and fractions of a second with all their digits."""
    Written.short = Written.zone_needed = False


def times_are_strict() -> None:
    """Have it as it was."""
    Written.short = Written.zone_needed = True
