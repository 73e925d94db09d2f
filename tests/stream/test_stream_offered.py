"""What a server offers, as values."""

import pytest

from helixmpp.stream import ClientStream, Features, ServerLimits
from helixmpp.xml import parse_one
from tests.stream.dialogue import S, talk
from tests.stream.wire import BIND, FACTS, HEADER, NS_BIND, channel_bindings, config, features, mechanisms

LIMITS = "<limits xmlns='urn:xmpp:stream-limits:0'>{}</limits>"
VERSIONING = "<ver xmlns='urn:xmpp:features:rosterver'/>"


def offered(*offers: str) -> Features:
    return Features(
        parse_one(f"<f:features xmlns:f='http://etherx.jabber.org/streams'>{''.join(offers)}</f:features>")
    )


def test_a_mapping_by_tag() -> None:
    made = offered(
        BIND, VERSIONING, "<unknown xmlns='urn:example' a='1'/>", "<unknown xmlns='urn:example' a='2'/>"
    )
    assert list(made) == [f"{{{NS_BIND}}}bind", "{urn:xmpp:features:rosterver}ver", "{urn:example}unknown"]
    assert len(made) == 3
    assert made["{urn:example}unknown"].get("a") == "1"
    assert "{urn:example}other" not in made
    assert made.get("{urn:example}other") is None
    assert repr(made).startswith("Features({urn:ietf")
    assert not hasattr(made, "__setitem__")
    with pytest.raises(KeyError):
        made["other"]


def test_nothing() -> None:
    made = Features()
    assert not made
    assert made.sasl_mechanisms == ()
    assert made.channel_bindings is None
    assert made.roster_versioning is False
    assert made.limits == ServerLimits(None, None)


def test_roster_versioning() -> None:
    assert offered(VERSIONING).roster_versioning
    assert not offered("<ver xmlns='urn:example'/>").roster_versioning


def test_mechanisms() -> None:
    assert offered(mechanisms("PLAIN", " SCRAM-SHA-1\n", "plain", "A B", "", "X" * 41)).sasl_mechanisms == (
        "PLAIN",
        "SCRAM-SHA-1",
    )
    assert (
        offered("<mechanisms xmlns='urn:example'><mechanism>PLAIN</mechanism></mechanisms>").sasl_mechanisms
        == ()
    )
    foreign = mechanisms("PLAIN").replace("<mechanism>", "<mechanism xmlns='urn:example'>")
    assert offered(foreign).sasl_mechanisms == ()


def test_channel_bindings() -> None:
    assert offered(channel_bindings("tls-exporter", "tls-unique")).channel_bindings == (
        "tls-exporter",
        "tls-unique",
    )
    assert offered(channel_bindings()).channel_bindings == ()


@pytest.mark.parametrize(
    ("content", "limits"),
    [
        ("<max-bytes>10000</max-bytes><idle-seconds>1800</idle-seconds>", ServerLimits(10_000, 1800)),
        ("<max-bytes> 262144\n</max-bytes>", ServerLimits(262_144, None)),
        ("<idle-seconds>1</idle-seconds>", ServerLimits(None, 1)),
        ("", ServerLimits()),
        ("<max-bytes/><idle-seconds>0</idle-seconds>", ServerLimits()),
        ("<max-bytes>-1</max-bytes><idle-seconds>1e3</idle-seconds>", ServerLimits()),
        ("<max-bytes>１０</max-bytes><idle-seconds>1.5</idle-seconds>", ServerLimits()),
        (f"<max-bytes>{'9' * 5000}</max-bytes>", ServerLimits()),
        ("<max-bytes xmlns='urn:example'>10000</max-bytes>", ServerLimits()),
    ],
)
def test_limits(content: str, limits: ServerLimits) -> None:
    assert offered(LIMITS.format(content)).limits == limits


def test_limits_of_the_server_are_those_it_said_last() -> None:
    first = LIMITS.format("<max-bytes>10000</max-bytes>")
    result = talk(lambda: ClientStream(config()), [S(HEADER + features(mechanisms("PLAIN"), first))], FACTS)
    assert result.machine.limits_of_server == ServerLimits(10_000, None)
    result.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
    assert result.machine.limits_of_server == ServerLimits()
