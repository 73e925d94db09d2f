"""What a stream is told, checked where it is told."""

from dataclasses import replace
from typing import Any

import pytest

from helixmpp.jid import JID
from helixmpp.stream import StreamConfig
from helixmpp.xml import Limits

JULIET = JID("juliet@example.org")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"mechanisms": ("SCRAM-SHA-1", "CRAM-MD5")}, "CRAM-MD5"),
        ({"least_mechanism": "SCRAM-SHA-3"}, "SCRAM-SHA-3"),
        ({"min_iterations": 0}, "min_iterations"),
        ({"min_iterations": 5000, "max_iterations": 4999}, "min_iterations"),
        ({"jid": JID("")}, "domain"),
        ({"resource": "a\0b"}, "U\\+0000|character|XML"),
        ({"lang": "\ud800"}, "surrogate|character|XML"),
    ],
)
def test_a_wrong_setting_is_refused_at_once(wrong: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        replace(StreamConfig(JULIET, "secret"), **wrong)


def test_defaults_are_the_safe_ones() -> None:
    made = StreamConfig(JULIET)
    assert made.require_tls
    assert not made.unsafe_plain_without_tls
    assert not made.anonymous
    assert not made.external
    assert (made.min_iterations, made.max_iterations) == (4096, 1_000_000)
    assert made.mechanisms is None
    assert made.limits == Limits()
    assert made.negotiation_limits.max_stanza_size >= 10_000


def test_secrets_are_not_shown() -> None:
    assert "romeo" not in repr(StreamConfig(JULIET, "romeo"))
