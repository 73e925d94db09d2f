"""Stanzas that are wrong in every way one can think of, and in ways found by going through our own classes."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from helixmpp import plugins
from helixmpp.stanza import ElementBase
from helixmpp.xml import escape_attribute, serialize

__all__ = ["BAD_JIDS", "FORMS", "STANZAS", "attribute", "payload_classes", "wrong_payload"]


def _bad_jids() -> Iterator[str]:
    long = "a" * 1024
    unassigned = [
        "\u0221",
        "\u0378",
        "\u0560",
        "\u05ef",
        "\u1cf7",
        "\u2b5a",
        "\ua640",
        "\u0e5c",
        "\U0001f600",
        "\U0001fae8",
    ]
    controls = [
        "\u007f",
        "\u0080",
        "\u009f",
        "\u06dd",
        "\u070f",
        "\u180e",
        "\u2028",
        "\u2029",
        "\u206a",
        "\ufff9",
    ]
    private = ["\ue000", "\uf8ff", "\U000f0000", "\U0010fffd"]
    others = [
        "\ufdd0",
        "\U0001fffe",
        "\U0010fffe",
        "\ufffd",
        "\u2ff0",
        "\u0341",
        "\u200e",
        "\u202e",
        "\U000e0001",
        "\U000e0041",
    ]
    # Resources that today's Unicode has and Unicode 3.2 has not, or that Resourceprep forbids.
    for letter in [*unassigned, *controls, *private, *others]:
        yield f"eve@example.org/{letter}"
    for letter in [*unassigned[:6], *controls[:6], *private[:2], *others[:8]]:
        yield f"e{letter}ve@example.org"
    for letter in [*unassigned[:4], *private[:1], "\u2024", "\uff0e\uff0e", "\u3002\u3002", "_ _", "\u0660"]:
        yield f"eve@ex{letter}ample.org/x"
    # Wrong forms.
    yield from [
        "@example.org",
        "eve@",
        "eve@/x",
        "/",
        "@",
        "/x",
        "@/",
        "eve@example.org/",
        "example.org/",
        "eve@@example.org",
    ]
    yield from [
        "eve@eve@example.org",
        "e ve@example.org",
        " ",
        " eve@example.org",
        "eve@example.org ",
        "eve@exam ple.org",
    ]
    yield from [
        "eve@example..org",
        "eve@.example.org",
        "eve@.",
        "eve@-example.org",
        "eve@example-.org",
        "eve@example.org../x",
    ]
    yield from [
        "eve@xn--",
        "eve@xn--a",
        "eve@xn--zzzzzzzzzzzz",
        "eve@[::1",
        "eve@::1",
        "eve@[::g]",
        "eve@[]",
        "eve@300.1.1.1",
    ]
    yield from [
        'e"ve@example.org',
        "e&ve@example.org",
        "e've@example.org",
        "e:ve@example.org",
        "e<ve@example.org",
        "e>ve@example.org",
    ]
    yield from [
        "\u05d0a@example.org",
        "eve@example.org/\u05d0a\u05d0b",
        "\u0627\u0031@example.org",
        "\u00a0@example.org",
        "\u3000@example.org",
    ]
    # Too long, by themselves, once they are UTF-8, or once they are prepared.
    yield from [
        f"{long}@example.org",
        f"eve@example.org/{long}",
        f"eve@{long}",
        "\u00fc" * 512 + "@example.org",
    ]
    yield from [
        "eve@example.org/" + "\U0001f600" * 256,
        "\ufdfa" * 60 + "@example.org",
        f"eve@{'a' * 64}.org",
        f"eve@{'a.' * 600}org",
    ]
    yield "x" * 50_000


#: Addresses that no server should let through, and that servers do let through.
BAD_JIDS = tuple(_bad_jids())

_X = "<x xmlns='urn:x'/>"
_UNKNOWN = "<y xmlns='urn:y' z='1' xml:lang=''><y/>text<y xmlns=''/></y>"

#: Missing and unknown parts; ``{f}`` is an address that is right, with its attribute, ``{id}`` a new id.
STANZAS = {
    "nothing at all": "<message/><presence/><iq/>",
    "only from": "<message {f}/><presence {f}/><iq {f}/>",
    "unknown type": "<message {f} type='x' id='{id}'/><presence {f} type='x'/><iq {f} type='x' id='{id}i'>"
    + _X
    + "</iq>",
    "empty type": "<message {f} type=''/><presence {f} type=''/><iq {f} type='' id='{id}'>" + _X + "</iq>",
    "type in capitals": "<message {f} type='CHAT'/><presence {f} type='Unavailable'/><iq {f} type='GET' id='{id}'>"
    + _X
    + "</iq>",
    "no type": "<iq {f} id='{id}'>" + _X + "</iq>",
    "no id": "<iq {f} type='get'>"
    + _X
    + "</iq><iq {f} type='set'>"
    + _X
    + "</iq><iq {f} type='result'/><iq {f} type='error'/>",
    "empty id": "<iq {f} type='get' id=''>" + _X + "</iq><iq {f} type='result' id=''/><message {f} id=''/>",
    "long id": "<iq {f} type='get' id='"
    + "i" * 60_000
    + "'>"
    + _X
    + "</iq><message {f} id='"
    + "i" * 60_000
    + "'/>",
    "strange id": "<iq {f} type='get' id='&#x1F600;&lt;&quot;&#10;&#x200B;'>" + _X + "</iq>",
    "no payload": "<iq {f} type='get' id='{id}'/>",
    "text for a payload": "<iq {f} type='get' id='{id}'>text</iq>",
    "two payloads": "<iq {f} type='set' id='{id}'>" + _X + _X + "</iq>",
    "an error for a payload": "<iq {f} type='get' id='{id}'><error type='cancel'/></iq>",
    "payload without a namespace": "<iq {f} type='get' id='{id}'><x xmlns=''/></iq>",
    "payload in ours": "<iq {f} type='get' id='{id}'><x/></iq>",
    "stanza in a stanza": "<message {f}><message {f}><message/></message></message>"
    "<iq {f} type='get' id='{id}'><iq/></iq>",
    "unknown children": "<message {f}>"
    + _UNKNOWN * 20
    + "</message><presence {f}>"
    + _UNKNOWN * 20
    + "</presence>",
    "many children": "<message {f}>"
    + "<body>x</body>" * 3000
    + "</message><presence {f}>"
    + "<show>x</show>" * 3000
    + "</presence>",
    "deep": "<message {f}>" + "<x>" * 90 + "</x>" * 90 + "</message>",
    "many attributes": "<message {f} " + " ".join(f"a{n}='1'" for n in range(80)) + "/>",
    "attributes of other namespaces": ""
    "<message {f} a:from='b' xmlns:a='urn:a' xml:lang='' xml:base='x' xml:space='y'/>",
    "strange language": "<message {f} xml:lang='not a language &#x1F600;'>"
    "<body xml:lang=''>x</body><body xml:lang='x'>y</body></message>",
    "body twice": "<message {f}><body>a</body><body>b</body><body/></message>",
    "children in the body": "<message {f}><body>a<b>c</b>d</body><subject><x/></subject>"
    "<thread parent=''/></message>",
    "control characters": "<message {f}>"
    "<body>&#9;&#10;&#13;&#x85;&#x7F;&#x2028;&#xFFFD;&#xE000;&#x10FFFF;</body></message>",
    "large": "<message {f}><body>" + "x" * 500_000 + "</body></message>",
    "presence, all wrong": "<presence {f}><show>x</show><show/><status/><priority>999</priority>"
    "<priority>x</priority></presence>",
    "priority": "<presence {f}><priority></priority></presence><presence {f}><priority>1e3</priority></presence>",
    "subscriptions from nobody": "".join(
        f"<presence type='{kind}'/>"
        for kind in ("subscribe", "subscribed", "unsubscribe", "unsubscribed", "probe")
    ),
    "error without an error": "<message {f} type='error'/><presence {f} type='error'/>"
    "<iq {f} type='error' id='{id}'/>",
    "error of nothing": "<message {f} type='error'><error/></message><iq {f} type='error' id='{id}'><error/></iq>",
    "error, all wrong": "<iq {f} type='error' id='{id}'><error type='x' code='y' by='@'><z xmlns='urn:z'/><gone "
    "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
    "<error type='cancel'/></iq>",
    "roster push of nobody": "<iq {f} type='set' id='{id}'><query xmlns='jabber:iq:roster'><item/></query></iq>",
    "roster push, all wrong": "<iq type='set' id='{id}'><query xmlns='jabber:iq:roster' ver=''><item jid='@' "
    "subscription='x' ask='y' approved='z'/><item/></query></iq>",
    "roster push of two": "<iq type='set' id='{id}'><query xmlns='jabber:iq:roster'><item jid='a@b.example'/>"
    "<item jid='c@d.example'/></query></iq>",
    "answers to nothing": "<iq {f} type='result' id='{id}'>"
    + _X
    + _X
    + "</iq><iq type='result' id='1'/><iq type='error' id='2'/>",
    "another server's namespace": "<message xmlns='jabber:server' {f}><body>x</body></message>",
    "no namespace": "<message xmlns='' {f}><body>x</body></message><iq xmlns='' type='get' id='{id}'><x/></iq>",
    "unknown elements": "<x xmlns='urn:x'/><stanza/><body>x</body>",
    "out of state: negotiation": "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
    "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>"
    "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>eA==</challenge>"
    "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
    "<handshake/><handshake xmlns='jabber:component:accept'/>",
    "out of state: features": "<stream:features/><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
    "</stream:features>",
    "out of state: stream management": "<enabled xmlns='urn:xmpp:sm:3' id='x' resume='true'/>"
    "<resumed xmlns='urn:xmpp:sm:3' previd='x' h='0'/><failed xmlns='urn:xmpp:sm:3'/><enable xmlns='urn:xmpp:sm:3'/>"
    "<resume xmlns='urn:xmpp:sm:3' previd='' h='x'/><sm xmlns='urn:xmpp:sm:3'/>",
    "stream management, wrong": "<a xmlns='urn:xmpp:sm:3'/><a xmlns='urn:xmpp:sm:3' h='x'/>"
    "<a xmlns='urn:xmpp:sm:2' h='9'/>"
    "<r xmlns='urn:xmpp:sm:2'/><r xmlns='urn:xmpp:sm:3' h='7'><x/></r>",
    "bind once more": "<iq type='result' id='{id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
    "<jid>eve@example.org/x</jid>"
    "</bind></iq>",
}

#: How a payload is made wrong.
FORMS = ("empty", "words", "numbers", "nested")
_VALUES = {"words": "w\u00f6rd \u2603 <&>'\"\n@/", "numbers": "-99999999999999999999", "nested": "1"}


def payload_classes() -> list[type[ElementBase]]:
    """Every class of a payload that a plugin of ours has."""
    for module in pkgutil.walk_packages(plugins.__path__, "helixmpp.plugins."):
        importlib.import_module(module.name)
    found: dict[type[ElementBase], None] = {}
    todo: list[type[ElementBase]] = [ElementBase]
    while todo:
        for kind in todo.pop().__subclasses__():
            todo.append(kind)
            is_ours = kind.__module__.startswith("helixmpp.plugins.")
            if is_ours and kind.namespace and kind.name not in {"", "*"}:
                found[kind] = None
    return sorted(found, key=lambda kind: (kind.__module__, kind.__qualname__))


def wrong_payload(kind: type[ElementBase], form: str) -> str:
    """A payload of a class, with each of its parts wrong."""
    return serialize(_wrong(kind, form, 3 if form == "nested" else 1))


def _wrong(kind: type[ElementBase], form: str, depth: int) -> Element:
    element = Element(f"{{{kind.namespace}}}{kind.name}")
    if form == "empty":
        return element
    value = _VALUES[form]
    fields: dict[str, Any] = vars(kind).get("_fields", {})
    names = {getattr(fields.get(key), "name", "") or key for key in kind.interfaces}
    names |= {name.replace("_", "-") for name in names}
    names = {name for name in names if name.replace("-", "").replace("_", "").isalnum() and name[0].isalpha()}
    if form != "nested":
        element.text = value
        for name in sorted(names):
            element.set(name, value)
    for name in sorted(names):
        child = SubElement(
            element, f"{{{kind.namespace}}}{name}", {"type": value, "jid": value, "var": value}
        )
        child.text = value
    if depth:
        children: dict[str, type[ElementBase]] = kind.plugin_tag_map
        for inner in children.values():
            if inner.namespace and inner.name:
                element.append(_wrong(inner, form, depth - 1))
                if form == "nested":
                    element.append(_wrong(inner, "empty", 0))
    return element


def attribute(name: str, value: str) -> str:
    """An attribute in a stanza."""
    return f'{name}="{escape_attribute(value)}"'
