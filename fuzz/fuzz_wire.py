"""What is fuzzed: any bytes from the network, at any stage of a stream, in any pieces.

The criterion: events or the one protocol error, never an exception, never a hang, and the same however the bytes
are split. An input has three bytes before those of the network: which target, and two that decide the pieces.
"""

import random
import time
from collections.abc import Callable, Iterator

from helixmpp.jid import JID
from helixmpp.stream import ClientStream, ComponentConfig, ComponentStream
from helixmpp.xml import Limits
from tests.stream.test_stream_fuzz import STAGES, check, run
from tests.stream.wire import COMPONENT_HEADER, config
from tests.xml.streams import HEADER, read

__all__ = ["HEAD", "TARGETS", "Found", "Target", "pieces_of", "test_one_input"]

HEAD = 3  # bytes before those of the network
SLOW = 5.0  # seconds that no input may take
SIZES = (1, 1, 2, 3, 7, 16, 64, 250, 1000)
SMALL = Limits(
    max_stanza_size=300, max_depth=5, max_attributes=4, max_children=6, max_owed_size=600, max_tree_size=8000
)


class Found(AssertionError):
    """Something that must not be."""


Target = Callable[[list[bytes]], list[str]]


def _parser(limits: Limits, before: bytes) -> Target:
    def feed(pieces: list[bytes]) -> list[str]:
        events = read([before, *pieces], limits)
        errors = [event.startswith("error ") for event in events]
        if any(errors[:-1]):
            raise Found(f"something comes behind the error: {events}")
        return events

    return feed


def _client(stage: str) -> Target:
    tls, before = STAGES[stage]

    def talk(pieces: list[bytes]) -> list[str]:
        result = run(ClientStream(config()), tls, before, pieces)
        check(result)
        # In one segment with <proceed/>, what is behind it is found before anybody is asked to begin TLS.
        return [*(each for each in result.transcript if each != "start tls"), repr(result.sent)]

    return talk


def _component(before: str) -> Target:
    def talk(pieces: list[bytes]) -> list[str]:
        machine = ComponentStream(ComponentConfig(JID("plays.shakespeare.lit"), "test"))
        result = run(machine, None, before, pieces)
        check(result)
        return [*result.transcript, repr(result.sent)]

    return talk


TARGETS: dict[str, Target] = {
    "parser": _parser(Limits(), b""),
    "parser, small limits": _parser(SMALL, b""),
    "stanzas": _parser(Limits(), HEADER),
    "stanzas, small limits": _parser(SMALL, HEADER),
    "component": _component(""),
    "component, header": _component(COMPONENT_HEADER),
    "component, ready": _component(f"{COMPONENT_HEADER}<handshake/>"),
    **{f"client, {stage}": _client(stage) for stage in sorted(STAGES)},
}
_NAMES = list(TARGETS)


def pieces_of(data: bytes, seed: int) -> Iterator[bytes]:
    """Cut bytes into pieces, the same for the same seed."""
    chance = random.Random(seed)
    at = 0
    while at < len(data):
        size = chance.choice(SIZES)
        yield data[at : at + size]
        at += size


def test_one_input(data: bytes, targets: dict[str, Target] | None = None) -> None:
    """Give one input to the target that it names.

    :param targets: other ones than those of the library, to test this function itself.
    :raises Found: the criterion is not met. Any other exception is something found, too.
    """
    if len(data) < HEAD:
        return
    known = TARGETS if targets is None else targets
    names = _NAMES if targets is None else list(known)
    name = names[data[0] % len(names)]
    target, text = known[name], data[HEAD:]
    begin = time.monotonic()
    whole = target([text])
    split = target(list(pieces_of(text, int.from_bytes(data[1:HEAD], "big"))))
    if whole != split:
        raise Found(f"{name}: the pieces matter: {whole} and {split}")
    if time.monotonic() - begin > SLOW:
        raise Found(f"{name}: this took {time.monotonic() - begin:.1f} s")
