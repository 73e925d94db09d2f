"""XEP-0131, Stanza Headers and Internet Metadata: headers, as in an e-mail, on messages and presences.

A gateway to e-mail, or a bot that files messages, sends along what others have in headers: keywords, the
urgency, how long something holds. Their names are those of e-mail, HTTP and SIP.

Use::

    xmpp.register_plugin("xep_0131", {"supported_headers": {"Urgency", "Keywords"}})
    message["headers"] = {"Urgency": "high", "Keywords": ["shakespeare", "<xmpp/>"]}
    urgency = received["headers"].get("Urgency", "medium")

In an iq, headers stand in the payload (section 4): ``Headers.of(iq["disco_info"])`` and ``Headers.put(...)``.

Events: none.

Operations: none.

Limits: those of the parser; of a header that is there twice the first counts, and ``get_all`` has every one.
Which headers this program understands, ``supported_headers`` says to everybody who asks.

Version: XEP-0131 1.2.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeGuard

from helixmpp.core.declare import Setting
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030.disco import XEP_0030
from helixmpp.stanza import Attr, ElementBase, Message, Presence, Text, register_stanza_plugin

__all__ = ["NAMESPACE", "XEP_0131", "Header", "HeaderDict", "Headers"]

NAMESPACE = "http://jabber.org/protocol/shim"

# What a program may assign: a text for each name, or several.
HeaderValues = Mapping[str, str | Iterable[str]]


class HeaderDict(dict[str, str]):
    """Headers by name; of several with one name, the first. It is a copy: assign it to change the stanza."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__()
        self._all: dict[str, list[str]] = {}
        for name, value in pairs:
            self._all.setdefault(name, []).append(value)
            self.setdefault(name, value)

    def get_all(self, name: str) -> list[str]:
        """Every value of that name."""
        return list(self._all.get(name, ()))


class Header(ElementBase):
    """One header: ``header["name"]`` and ``header["value"]``."""

    name = "header"
    namespace = NAMESPACE
    plugin_attrib = "header"
    plugin_multi_attrib = "header_list"

    # ElementBase has a member of that name: the element's.
    name_ = Attr(str, "name", required=True)
    value = Text()


class Headers(ElementBase):
    """The headers of a stanza: ``message["headers"]`` is a dictionary, and a dictionary may be assigned."""

    name = "headers"
    namespace = NAMESPACE
    plugin_attrib = "headers"
    interfaces: ClassVar[set[str]] = {"headers"}
    is_extension = True

    def get_headers(self) -> HeaderDict:
        """Return the headers by name; one without a name is left out."""
        found = self.children_of(Header)
        return HeaderDict((one.xml.get("name", ""), one.value) for one in found if one.xml.get("name"))

    def set_headers(self, values: HeaderValues) -> None:
        """Put in these headers, in the place of all: by name a text, or a list of texts.

        :raises FieldValueError: one is no text that XML can hold, or has no name; nothing was changed.
        """
        made = [_header(name, value) for name, several in _pairs(values) for value in several]
        self.replace_elements([one.xml for one in self.children_of(Header)], made, "headers")
        self.attach()

    def del_headers(self) -> None:
        """Take the headers out, with the element that holds them."""
        owner = self.parent() if self.parent is not None else None
        if owner is not None and any(child is self.xml for child in owner.xml):
            owner.xml.remove(self.xml)
        else:
            self.clear()

    @classmethod
    def of(cls, payload: ElementBase) -> HeaderDict:
        """The headers in the payload of an iq, such as ``iq["disco_info"]`` (section 4)."""
        found = payload.xml.find(cls.tag_name())
        return HeaderDict() if found is None else cls(xml=found).get_headers()

    @classmethod
    def put(cls, payload: ElementBase, values: HeaderValues) -> None:
        """Put headers into the payload of an iq, in the place of all (section 4).

        :raises FieldValueError: one is no text that XML can hold, or has no name; nothing was changed.
        """
        made = cls()
        made.set_headers(values)
        old = payload.xml.findall(cls.tag_name())
        payload.replace_elements(old, [made.xml], "headers")


register_stanza_plugin(Headers, Header, iterable=True)


class XEP_0131(BasePlugin):  # noqa: N801 - the name that programs import
    """Headers: the item ``headers`` of messages and presences, and which of them are understood."""

    name = "xep_0131"
    description = "Stanza headers and Internet metadata: headers on messages and presences"
    xep_version = "1.2"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, Headers), (Presence, Headers))
    features = (NAMESPACE,)

    supported_headers = Setting[Iterable[str]](
        frozenset(),
        "the names of the headers that the program understands",
        kinds=(set, frozenset, list, tuple),
    )

    def session_bind(self, jid: JID) -> None:
        """Say which headers are understood (section 3.2)."""
        disco = self.xmpp.plugin[XEP_0030]
        # The node is there also where no header is.
        disco.set_features(
            jid, NAMESPACE, features={f"{NAMESPACE}#{name}" for name in self.supported_headers}
        )

    def plugin_end(self) -> None:
        """Say it no more."""
        disco = self.xmpp.plugin.get(XEP_0030)
        if disco is not None:
            disco.del_features(node=NAMESPACE)

    async def supports(self, jid: JID | str, header: str, *, timeout: float | None = None) -> bool:
        """Whether an entity understands a header: to be asked before one that matters is sent (section 7).

        :param timeout: seconds to wait for the answer.
        :raises IqError: it does not know of headers at all, or does not say.
        :raises IqTimeout: no answer came in time.
        """
        info = await self.xmpp.plugin[XEP_0030].info_of(jid, NAMESPACE, timeout=timeout)
        return f"{NAMESPACE}#{header}" in info.features


def _pairs(values: object) -> list[tuple[str, list[str]]]:
    if not _is_mapping(values):
        raise FieldValueError(f"Headers: a dictionary is needed, not {type(values).__name__}")
    return [(name, list(value) if _is_several(value) else [value]) for name, value in values.items()]


def _header(name: str, value: str) -> Header:
    header = Header()
    if not name:
        raise FieldValueError("Headers: a header has a name")
    header["name"] = name
    header["value"] = value
    return header


def _is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)


def _is_several(value: object) -> TypeGuard[Iterable[Any]]:
    return isinstance(value, Iterable) and not isinstance(value, str)
