"""The corpus: small texts of our own, one for each target. ``python -m fuzz.seeds`` writes it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from fuzz.fuzz_wire import HEAD, TARGETS
from tests.stream.test_stream_fuzz import FRAGMENTS
from tests.xml.streams import HEADER

__all__ = ["CORPUS", "TOKENS", "seeds", "write"]

CORPUS = Path(__file__).parent / "corpus"

STANZAS = [
    b"<message to='a@b/c' type='chat' id='1'><body>hi &amp; &#x263a; &lt;</body></message>",
    b"<presence from='a@b/\xf0\x9f\x98\x80'><priority>1</priority></presence>",
    b"<iq type='result' id='1'><query xmlns='jabber:iq:roster' ver='2'><item jid='a@b'/></query></iq>",
    b"<r xmlns='urn:xmpp:sm:3'/><a xmlns='urn:xmpp:sm:3' h='4294967295'/>",
    b"<x:a xmlns:x='urn:x' x:b='c'><x:d/><![CDATA[<e>]]></x:a>",
    b"<a xml:lang='de'><b xmlns=''/></a> \n <c/>",
    b"<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>",
]
# What a mutation puts in: what means something to the parser or to a stream.
TOKENS = [
    *FRAGMENTS,
    *STANZAS,
    b"<",
    b">",
    b"/>",
    b"</",
    b"='",
    b"<!--",
    b"-->",
    b"<?xml version='1.0'?>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"<![CDATA[",
    b"]]>",
    b"&amp;",
    b"&#0;",
    b"&#x10FFFF;",
    b"&b;",
    b"xmlns='",
    b"xmlns:a='b'",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\x00",
]


def seeds() -> Iterator[bytes]:
    """Give one input for each target, and some more for those that read stanzas."""
    for index, name in enumerate(TARGETS):
        head = bytes([index]) + bytes(HEAD - 1)
        if name.startswith(("stanzas", "client, ready", "component, ready")):
            yield head + b"".join(STANZAS)
            continue
        yield head + HEADER + FRAGMENTS[index % len(FRAGMENTS)]


def write() -> int:
    """Write the corpus; how many files it has."""
    CORPUS.mkdir(exist_ok=True)
    written = {hashlib.sha256(seed).hexdigest()[:16]: seed for seed in seeds()}
    for name, seed in written.items():
        (CORPUS / name).write_bytes(seed)
    return len(written)


if __name__ == "__main__":
    print(f"{write()} files in {CORPUS}")
