"""Tests of a client or component by a dialogue, under the names that programs written for slixmpp use.

::

    class TestEcho(SlixTest):
        def setUp(self):
            self.stream_start(plugins=["xep_0030"])
            self.xmpp.add_event_handler("message", lambda message: message.reply("hello").send())

        def test_answer(self):
            self.recv('<message from="juliet@capulet.example"><body>hi</body></message>')
            self.send('<message to="juliet@capulet.example"><body>hello</body></message>')

There is no network and no clock: what is received is dispatched at once, what was sent stands in a list. The same test
does the same each time.
"""

import asyncio
import unittest
from collections.abc import Awaitable, Iterable, Mapping
from typing import Any, Literal, TypeVar
from xml.etree.ElementTree import Element, SubElement

from helixmpp import stanza as stanzas
from helixmpp.core import BaseXMPP, ClientXMPP, ComponentXMPP
from helixmpp.jid import JID
from helixmpp.stanza import (
    ElementBase,
    MatcherBase,
    MatcherId,
    MatchXMLMask,
    MatchXPath,
    StanzaBase,
    StanzaPath,
)
from helixmpp.testing.slixcompare import difference, fix_namespaces, parse_xml, same
from helixmpp.testing.slixloop import tell_briefly
from helixmpp.testing.slixnegotiate import Negotiation
from helixmpp.testing.slixtransport import TestTransport
from helixmpp.xml import NS_CLIENT, NS_COMPONENT, NS_STREAM, copy_element, stream_header

__all__ = ["SlixTest"]

T = TypeVar("T")
Method = Literal["exact", "mask", "id", "xpath", "stanzapath"]

# How many turns the event loop is given before nothing more is expected of it.
_TURNS = 40
_MOST_TURNS = 10_000
# Attributes whose default a stanza has whether it is written or not.
_DEFAULTS: Mapping[str, tuple[str, ...]] = {"message": ("type",), "presence": ("priority",)}


class SlixTest(unittest.TestCase):
    """A ``unittest`` case with a client or component, :attr:`xmpp`, on a transport that is a list."""

    xmpp: Any = None
    #: How :meth:`check` compares when it is not told: one of ``exact``, ``mask``, ``id``, ``xpath``, ``stanzapath``.
    match_method: Method = "exact"

    _negotiation: Negotiation | None = None
    # How many seconds next_sent() waits that is called without a number.
    _patience: float = 0

    # -- the stream ------------------------------------------------------------------------------------------

    def stream_start(
        self,
        mode: str = "client",
        skip: bool = True,
        header: str | None = None,
        socket: str = "mock",
        jid: str = "tester@localhost/resource",
        password: str | None = "test",  # noqa: S107 - the value is part of the interface, and opens nothing
        server: str = "localhost",
        port: int = 5222,
        sasl_mech: str | None = None,
        plugins: Iterable[str] | None = None,
        plugin_config: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """Make :attr:`xmpp` and its stream.

        :param mode: ``client`` or ``component``.
        :param skip: begin behind the negotiation; else the test is the server, and says header and features itself.
            TLS then counts as there.
        :param header: the header that was received.
        :param socket: only ``mock``; for a real network there is :class:`helixmpp.testing.Server`.
        :param plugins: what is registered; None for all that there are.
        :raises ValueError: ``mode`` or ``socket`` is none of these.
        """
        if socket != "mock":
            raise ValueError(
                f"socket={socket!r} is not offered: use helixmpp.testing.Server for a real network"
            )
        if mode == "client":
            self.xmpp = ClientXMPP(jid, password, plugin_config, sasl_mech=sasl_mech)
        elif mode == "component":
            self.xmpp = ComponentXMPP(JID(jid).domain, password or "", server, port, plugin_config)
            # Tests do not always say jid=, and the usual one is a client's.
            self.xmpp.set_jid(jid)
        else:
            raise ValueError(f"mode={mode!r} is neither 'client' nor 'component'")
        xmpp = self.xmpp
        tell_briefly(xmpp.loop)
        # Ids come in where a test wants them, so that what it compares is short.
        xmpp.use_message_ids = False
        xmpp.use_presence_ids = False
        if skip:
            xmpp.connection_made(TestTransport(xmpp))
            xmpp.session_bind_event.set()
        self._register(plugins)
        if skip:
            xmpp.data_received(header if header is not None else xmpp.stream_header)
            self.wait_for_send_queue()
            while xmpp.socket.next_sent() is not None:
                pass  # our own header, a component's handshake
            _count_ids(xmpp)
        else:
            _count_ids(xmpp)
            self._negotiation = Negotiation(xmpp)
            self._negotiation.start()
            if header is not None:
                xmpp.data_received(header)

    def _register(self, plugins: Iterable[str] | None) -> None:
        if plugins is None:
            self.xmpp.plugin.enable_all()
            return
        for plugin in plugins:
            self.xmpp.register_plugin(plugin)

    def stream_close(self) -> None:
        """End the stream; without one nothing happens. Belongs into ``tearDown``."""
        xmpp = self.xmpp
        negotiation, self._negotiation = self._negotiation, None
        if negotiation is not None:
            negotiation.stop()
        if isinstance(xmpp, BaseXMPP):
            # The test is over: that its requests end unanswered is nothing to tell the program, nor, by a task of the
            # program that nobody awaits, the event loop.
            vars(xmpp)["exception"] = _unheard
            xmpp.forget_requests()
            xmpp.abort()
            if not xmpp.loop.is_running():
                xmpp.loop.run_until_complete(xmpp.aclose())

    def stream_disconnect(self) -> None:
        """Let the connection break."""
        if self.xmpp is not None:
            self.xmpp.socket.disconnect_error()
            self.xmpp.connection_lost(ConnectionResetError("the test broke this connection"))

    def tearDown(self) -> None:
        """End the stream."""
        self.stream_close()

    # -- receiving -------------------------------------------------------------------------------------------

    def recv(
        self,
        data: str | bytes,
        defaults: Iterable[str] | None = None,
        method: Method | None = None,
        use_values: bool = True,
        timeout: float = 1,
    ) -> None:
        """Receive ``data``: its handlers have been called when this returns, and their tasks have had their turns.

        The other parameters belong to a real network, and are not looked at.
        """
        self.xmpp.data_received(data)
        self._settle()

    def recv_header(
        self,
        sto: JID | str = "",
        sfrom: JID | str = "",
        sid: str | None = "",
        stream_ns: str = NS_STREAM,
        default_ns: str = NS_CLIENT,
        version: str = "1.0",
        xml_header: bool = False,
        timeout: float = 1,
    ) -> None:
        """Receive a stream header."""
        header = self.make_header(sto, sfrom, sid or "", stream_ns, default_ns, "", version, xml_header)
        self.recv(header)

    def recv_feature(
        self,
        data: str | bytes,
        method: Method | None = "mask",
        use_values: bool = True,
        timeout: float = 1,
    ) -> None:
        """Receive stream features, or an element of their negotiation."""
        self.recv(data)

    def make_header(
        self,
        sto: JID | str = "",
        sfrom: JID | str = "",
        sid: str = "",
        stream_ns: str = NS_STREAM,
        default_ns: str = NS_CLIENT,
        default_lang: str = "en",
        version: str = "1.0",
        xml_header: bool = True,
    ) -> str:
        """Write a stream header, as a server sends it."""
        header = stream_header(
            to=str(sto),
            from_=str(sfrom) or None,
            stream_ns=default_ns,
            version=version,
            lang=default_lang or None,
            id_=sid or None,
        )
        header = header[header.index("<stream:stream") :].replace(NS_STREAM, stream_ns)
        return f"<?xml version='1.0'?>{header}" if xml_header else header

    # -- sending ---------------------------------------------------------------------------------------------

    def send(
        self,
        data: str | ElementBase | None,
        defaults: Iterable[str] | None = None,
        use_values: bool = True,
        timeout: float = 0.5,
        method: Method | None = None,
    ) -> None:
        """Check that ``data`` was sent next; None: that nothing more was sent.

        :param timeout: seconds that the event loop is let run while nothing was sent.
        """
        # Test classes override next_sent() without a parameter.
        self._patience = 0 if data is None else timeout
        try:
            sent = self.next_sent()
        finally:
            self._patience = 0
        if sent is None:
            if data is not None:
                self.fail(f"nothing was sent, but this should have been:\n{data}")
            return
        if data is None:
            self.fail(f"nothing should have been sent, but this was:\n{sent}")
        self.check(sent, data, method or self.match_method, defaults, use_values)

    def next_sent(self, timeout: float | None = None) -> StanzaBase | None:
        """Take what was sent next, as an object of ``jabber:client``; None when nothing was.

        :param timeout: seconds that the event loop is let run while nothing was sent.
        """
        text = self._next_text(self._patience if timeout is None else timeout)
        if text is None:
            return None
        xml = parse_xml(text)
        self.fix_namespaces(xml, NS_CLIENT)
        sent: StanzaBase = self.xmpp._build_stanza(xml, NS_CLIENT)
        return sent

    def _next_text(self, timeout: float | None) -> bytes | None:
        self.wait_for_send_queue()
        sent: bytes | None = self.xmpp.socket.next_sent()
        loop: asyncio.AbstractEventLoop = self.xmpp.loop
        end = loop.time() + (timeout or 0)
        while sent is None and loop.time() < end and not loop.is_running():
            # A handler may be in a thread, or wait for a timer.
            loop.run_until_complete(asyncio.sleep(0.005))
            sent = self.xmpp.socket.next_sent()
        return sent

    def send_header(
        self,
        sto: JID | str = "",
        sfrom: JID | str = "",
        sid: str = "",
        stream_ns: str = NS_STREAM,
        default_ns: str = NS_CLIENT,
        default_lang: str = "en",
        version: str = "1.0",
        xml_header: bool = False,
        timeout: float = 1,
    ) -> None:
        """Check that this stream header was sent."""
        text = self._next_text(timeout)
        if text is None:
            self.fail("no stream header was sent")
        header = self.make_header(sto, sfrom, sid, stream_ns, default_ns, default_lang, version, False)
        wanted, found = (_header_facts(part) for part in (header, text.decode()))
        for name in ("from", "id"):
            # RFC 6120 section 4.7.1: a client says who it is once TLS hides that; a test may leave it out.
            if name not in wanted[1]:
                found[1].pop(name, None)
        self.assertEqual(wanted, found, "another stream header was sent")

    def send_feature(
        self, data: str, method: Method | None = "mask", use_values: bool = True, timeout: float = 1
    ) -> None:
        """Check that this element of the negotiation was sent."""
        text = self._next_text(timeout)
        if text is None:
            self.fail(f"nothing was sent, but this should have been:\n{data}")
        wanted, found = parse_xml(data), parse_xml(text)
        for xml in (wanted, found):
            self.fix_namespaces(xml, NS_CLIENT)
        mask = MatchXMLMask(wanted) if method == "mask" else None
        matches = same(wanted, found) if mask is None else mask.match(StanzaBase(xml=found))
        self.assertTrue(matches, difference(wanted, found))

    # -- time ------------------------------------------------------------------------------------------------

    def wait_for_send_queue(self) -> None:
        """Let all that was started come to its end, or to where it waits for something."""
        self._settle()

    def wait_(self, timeout: float | None = None) -> None:
        """Let the event loop run for ``timeout`` seconds; None: until nothing happens any more."""
        if timeout:
            self.xmpp.loop.run_until_complete(asyncio.sleep(timeout))
        self._settle()

    def run_coro(self, coro: Awaitable[T]) -> T:
        """Run an awaitable to its end and return what it gives."""

        async def run() -> T:
            return await coro

        result: T = self.xmpp.loop.run_until_complete(run())
        return result

    def _settle(self) -> None:
        loop: asyncio.AbstractEventLoop = self.xmpp.loop
        if not loop.is_running():
            loop.run_until_complete(self._turns())

    async def _turns(self) -> None:
        quiet, before = 0, -1
        for _ in range(_MOST_TURNS):
            await asyncio.sleep(0)
            now = len(self.xmpp.socket) if isinstance(self.xmpp.socket, TestTransport) else 0
            quiet, before = (quiet + 1 if now == before else 0), now
            if quiet > _TURNS:
                return

    # -- comparing -------------------------------------------------------------------------------------------

    def check(
        self,
        stanza: ElementBase,
        criteria: str | ElementBase | Element,
        method: Method = "exact",
        defaults: Iterable[str] | None = None,
        use_values: bool = True,
    ) -> None:
        """Check that a stanza is what ``criteria`` says: its XML, or with another ``method`` a matcher's criteria.

        :param defaults: names of attributes that count as written with their default where they are left out.
        :param use_values: check also that reading and setting ``values`` gives the same stanza again.
        """
        if method == "exact":
            self._check_exact(stanza, criteria, defaults, use_values)
            return
        matcher = _matcher(method, criteria)
        root = stanza if isinstance(stanza, StanzaBase) else StanzaBase(xml=stanza.xml)
        self.assertTrue(matcher.match(root), f"the stanza does not match {criteria!r}:\n{stanza}")

    def _check_exact(
        self,
        stanza: ElementBase,
        criteria: str | ElementBase | Element,
        defaults: Iterable[str] | None,
        use_values: bool,
    ) -> None:
        cls = type(stanza)
        wanted = _element_of(criteria)
        found = copy_element(stanza.xml)
        for xml in (wanted, found):
            self.fix_namespaces(xml, NS_CLIENT)
            # What a component sends may be written in either namespace.
            _into_client(xml)
        if wanted.find(f"{{{NS_CLIENT}}}error") is not None:
            # What has an error is one (RFC 6120 section 8.3.1), whatever a test has written.
            wanted.set("type", "error")
        names = tuple(defaults) if defaults is not None else _DEFAULTS.get(cls.name, ())
        example = cls()
        if use_values:
            values = cls(xml=copy_element(wanted)).values
            again = cls()
            again.values = values
            self.assertEqual(
                _comparable(values),
                _comparable(again.values),
                "setting the values of this stanza gives other ones",
            )
        for xml in (wanted, found):
            _write_defaults(xml, example, names)
            if cls.name == "iq" and "id" not in xml.attrib:
                # In slixmpp's style an iq that belongs to no stream has this id, and tests say so.
                xml.set("id", "0")
        self.assertTrue(same(wanted, found), f"the stanza is not what is wanted\n{difference(wanted, found)}")

    def check_jid(
        self,
        jid: JID,
        user: str | None = None,
        domain: str | None = None,
        resource: str | None = None,
        bare: str | None = None,
        full: str | None = None,
        string: str | None = None,
    ) -> None:
        """Check the parts of an address that are given."""
        parts = {"user": user, "domain": domain, "resource": resource, "bare": bare, "full": full}
        for name, wanted in parts.items():
            if wanted is not None:
                self.assertEqual(wanted, getattr(jid, name), f"the {name} of {jid}")
        if string is not None:
            self.assertEqual(string, str(jid))

    def check_roster(
        self,
        owner: JID | str,
        jid: JID | str,
        name: str | None = None,
        subscription: str | None = None,
        afrom: bool | None = None,
        ato: bool | None = None,
        pending_out: bool | None = None,
        pending_in: bool | None = None,
        groups: Iterable[str] | None = None,
    ) -> None:
        """Check what is given of an item in the roster of ``owner``."""
        item = self.xmpp.roster[owner][jid]
        parts = {
            "name": name,
            "subscription": subscription,
            "from": afrom,
            "to": ato,
            "pending_out": pending_out,
            "pending_in": pending_in,
        }
        for key, wanted in parts.items():
            if wanted is not None:
                self.assertEqual(wanted, item[key], f"{key!r} of {jid} in the roster of {owner}")
        if groups is not None:
            self.assertEqual(sorted(groups), sorted(item["groups"]), f"the groups of {jid}")

    def compare(self, xml: Element, *others: Element) -> bool:
        """Whether elements mean the same; with only one, they do not."""
        return bool(others) and all(same(xml, other) for other in others)

    def parse_xml(self, xml_string: str | bytes) -> Element:
        """Read one element; namespaces may be left out.

        :raises ValueError: it is no element.
        """
        return parse_xml(xml_string)

    def fix_namespaces(self, xml: Element, ns: str | None = None) -> None:
        """Put every element that has no namespace into ``ns``, by default ``jabber:client``."""
        fix_namespaces(xml, ns or NS_CLIENT)

    # -- stanzas of the client, or of nobody where there is none ------------------------------------------

    def Message(self, *args: Any, **kwargs: Any) -> stanzas.Message:
        """Make a message; takes what :class:`helixmpp.stanza.StanzaBase` takes."""
        return stanzas.Message(self.xmpp, *args, **kwargs)

    def Presence(self, *args: Any, **kwargs: Any) -> stanzas.Presence:
        """Make a presence; takes what :class:`helixmpp.stanza.StanzaBase` takes."""
        return stanzas.Presence(self.xmpp, *args, **kwargs)

    def Iq(self, *args: Any, **kwargs: Any) -> stanzas.Iq:
        """Make an iq; takes what :class:`helixmpp.stanza.StanzaBase` takes."""
        return stanzas.Iq(self.xmpp, *args, **kwargs)


def _count_ids(xmpp: Any) -> None:
    """Have the client count its ids from 1, so that a test can say them."""
    last = 0

    def new_id() -> str:
        nonlocal last
        last += 1
        return str(last)

    xmpp.new_id = new_id


def _element_of(criteria: str | ElementBase | Element) -> Element:
    if isinstance(criteria, ElementBase):
        return copy_element(criteria.xml)
    return copy_element(criteria) if isinstance(criteria, Element) else parse_xml(criteria)


def _matcher(method: str, criteria: Any) -> MatcherBase:
    match method:
        case "stanzapath":
            return StanzaPath(criteria)
        case "xpath":
            return MatchXPath(criteria)
        case "mask":
            return MatchXMLMask(criteria)
        case "id":
            return MatcherId(criteria)
        case _:
            raise ValueError(f"method={method!r} is none of exact, mask, id, xpath, stanzapath")


def _unheard(exception: BaseException) -> None:
    """Take an exception, and do nothing."""


def _comparable(value: Any) -> Any:
    """The same values, but of each element its name: what is in it, the elements themselves are compared by."""
    kind: type[Any] = value.__class__
    if kind is dict:
        return {key: _comparable(item) for key, item in value.items()}
    if kind is list:
        return [_comparable(item) for item in value]
    return value.tag if issubclass(kind, ElementBase | Element) else value


def _into_client(xml: Element) -> None:
    start = f"{{{NS_COMPONENT}}}"
    for element in xml.iter():
        if element.tag.startswith(start):
            element.tag = f"{{{NS_CLIENT}}}{element.tag[len(start) :]}"


def _write_defaults(xml: Element, example: ElementBase, names: Iterable[str]) -> None:
    for name in names:
        value = example[name]
        if value in ("", None):
            continue
        if name in example.sub_interfaces:
            # A presence without a priority has that of 0 (RFC 6121 section 4.7.2.3).
            tag = f"{xml.tag.partition('}')[0]}}}{name}"
            if xml.find(tag) is None:
                SubElement(xml, tag).text = str(value)
        elif name not in xml.attrib:
            xml.set(name, str(value))


def _header_facts(header: str) -> tuple[str, dict[str, str]]:
    """What a start tag alone says."""
    begin = header.index("<stream:stream")
    element = parse_xml(f"{header[begin:].rstrip()[:-1]}/>")
    return element.tag, dict(element.attrib)
