"""Rows that others add: what a stream feature of an extension can do without a change of the machine."""

from xml.etree.ElementTree import Element

from helixmpp.stream import ClientStream, FeatureRow, Link, Negotiation, StreamConfig, Then
from helixmpp.stream.features.row import AUTHENTICATED, BOUND, SECURE, always, next_element
from tests.stream import wire
from tests.stream.dialogue import C, E, S, Stage, talk_twice
from tests.stream.wire import (
    BIND,
    FACTS,
    HEADER,
    OUR_BIND,
    OUR_HEADER,
    SUCCESS,
    config,
    features,
    mechanisms,
    our_auth,
)

ANSWER = wire.BOUND
NS = "urn:example:resume"


def resume(link: Link, offer: Element) -> Negotiation:
    """As stream management resumes: if it can be done there is nothing left to bind."""
    link.write(f'<resume xmlns="{NS}"/>')
    answer = yield from next_element()
    if answer.tag == f"{{{NS}}}resumed":
        return frozenset({BOUND})
    return frozenset()


def one_step(link: Link, offer: Element) -> Negotiation:
    """As SASL 2 does it: authenticated, and new features without a new stream."""
    link.write('<authenticate xmlns="urn:example:sasl2"/>')
    yield from next_element()
    return frozenset({AUTHENTICATED})


def nothing(link: Link, offer: Element) -> Negotiation:
    """A feature that is true as soon as it is offered."""
    yield from ()
    return frozenset({"seen"})


RESUME = FeatureRow(
    name="resume",
    tag=f"{{{NS}}}sm",
    order=25,
    needs=frozenset({SECURE, AUTHENTICATED}),
    forbids=frozenset({BOUND}),
    then=Then.CONTINUE,
    negotiate=resume,
)
ONE_STEP = FeatureRow(
    name="sasl2",
    tag="{urn:example:sasl2}authentication",
    order=15,
    needs=frozenset({SECURE}),
    forbids=frozenset({AUTHENTICATED}),
    then=Then.FEATURES,
    negotiate=one_step,
)
SEEN = FeatureRow(
    name="seen",
    tag="{urn:example}seen",
    order=5,
    needs=frozenset(),
    forbids=frozenset(),
    then=Then.CONTINUE,
    negotiate=nothing,
)


COMPRESSION = FeatureRow(
    name="compression",
    tag="{urn:example}compression",
    order=26,
    needs=frozenset({AUTHENTICATED}),
    forbids=frozenset({"compressed"}),
    then=Then.RESTART,
    negotiate=resume,
)


class ExtendedStream(ClientStream):
    rows = (*ClientStream.rows, RESUME, ONE_STEP, SEEN, COMPRESSION)


SM = f"<sm xmlns='{NS}'/>"
SASL2 = "<authentication xmlns='urn:example:sasl2'/>"


def extended(settings: StreamConfig | None = None) -> ExtendedStream:
    return ExtendedStream(settings or config())


def test_resumption_in_place_of_binding() -> None:
    talk_twice(
        extended,
        [
            S(HEADER + features(mechanisms("PLAIN")) + SUCCESS + HEADER + features(BIND, SM)),
            C(OUR_HEADER + our_auth("PLAIN", "\0user\0pencil") + OUR_HEADER + f'<resume xmlns="{NS}"/>'),
            Stage("resume"),
            S(f"<resumed xmlns='{NS}'/><message id='1'/>"),
            E("authenticated PLAIN", "ready", "stanza message 1"),
            C(),
        ],
        FACTS,
    )


def test_resumption_refused_goes_on_to_binding() -> None:
    talk_twice(
        extended,
        [
            S(HEADER + features(mechanisms("PLAIN")) + SUCCESS + HEADER + features(BIND, SM)),
            S(f"<failed xmlns='{NS}'/>"),
            C(
                OUR_HEADER
                + our_auth("PLAIN", "\0user\0pencil")
                + OUR_HEADER
                + f'<resume xmlns="{NS}"/>'
                + OUR_BIND
            ),
            S(ANSWER),
            E("authenticated PLAIN", "bound user@example.org/r1", "ready"),
        ],
        FACTS,
    )


def test_features_without_a_new_stream() -> None:
    talk_twice(
        extended,
        [
            S(HEADER + features(mechanisms("PLAIN"), SASL2)),
            C(OUR_HEADER + '<authenticate xmlns="urn:example:sasl2"/>'),
            Stage("sasl2"),
            S("<success xmlns='urn:example:sasl2'/>"),
            Stage("features"),
            S(features(BIND, mechanisms("PLAIN"), SASL2)),
            C(OUR_BIND),
            S(ANSWER),
            E("bound user@example.org/r1", "ready"),
        ],
        FACTS,
    )


def test_a_row_is_taken_once_in_a_stream() -> None:
    talk_twice(
        extended,
        [S(HEADER + features("<seen xmlns='urn:example'/>", mechanisms("PLAIN"))), Stage("sasl")],
        FACTS,
    )


def test_a_row_that_needs_tls_does_nothing_without() -> None:
    talk_twice(
        extended,
        [S(HEADER + features(SASL2, SM)), E("failed TLSFailure features", "closed unclean")],
    )


def test_an_offer_is_taken_unless_the_row_says_otherwise() -> None:
    link = extended()
    assert always(link, Element("x"))
    assert all(row.wanted is always for row in (RESUME, ONE_STEP, SEEN))


def test_a_feature_that_is_refused_starts_nothing_anew() -> None:
    talk_twice(
        extended,
        [
            S(HEADER + features(mechanisms("PLAIN")) + SUCCESS + HEADER),
            S(features(BIND, "<compression xmlns='urn:example'/>")),
            Stage("compression"),
            S("<failure xmlns='urn:example'/>"),
            Stage("bind"),
        ],
        FACTS,
    )
