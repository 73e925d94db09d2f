"""Making and sending stanzas by one call: ``make_message``, ``send_presence`` and their kin."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable
from typing import Any, Final
from xml.etree.ElementTree import Element

from helixmpp import stanza
from helixmpp.jid import JID
from helixmpp.stanza import ElementBase, Sender

__all__ = ["StanzaFactory"]

OptJid = JID | str | None

_BYTES_OF_ID: Final = 16
_IDS_AT_ONCE: Final = 256


class _Ids:
    """Random ids, drawn many at a time: to ask the operating system takes longer than to build a stanza."""

    def __init__(self) -> None:
        self._drawn: list[str] = []
        self._forks_seen = False

    def take(self) -> str:
        """An id that nobody else gets; any thread may ask."""
        try:
            return self._drawn.pop()
        except IndexError:
            return self._draw()

    def _draw(self) -> str:
        if not self._forks_seen:
            self._forks_seen = True
            # A child process is not to use the ids that its parent has, too. Windows has no fork.
            at_fork = getattr(os, "register_at_fork", None)
            if at_fork is not None:
                at_fork(after_in_child=self._drawn.clear)
        digits = os.urandom(_BYTES_OF_ID * _IDS_AT_ONCE).hex()
        size = 2 * _BYTES_OF_ID
        first, *more = [digits[start : start + size] for start in range(0, len(digits), size)]
        self._drawn.extend(more)
        return first


_IDS: Final = _Ids()


class StanzaFactory:
    """The helpers of a client or component that make stanzas and send them.

    A name that begins with ``m``, ``p`` or ``i`` is a part of the stanza of that kind: ``mto`` is a message's ``to``.
    """

    #: Whether messages and presences get an id when they are made.
    use_message_ids: bool = True
    use_presence_ids: bool = True

    def _sender_(self) -> Sender:
        raise NotImplementedError

    def send(self, data: ElementBase | Element, use_filters: bool = True) -> Awaitable[Any]:
        """Send a stanza; implemented by the stream."""
        raise NotImplementedError

    def new_id(self) -> str:
        """A new id for a stanza, never used before and not to be guessed: 128 random bits."""
        # The tests of programs put a function of their own in the place of uuid4(). Who never imported it did not.
        uuid = sys.modules.get("uuid")
        if uuid is None or getattr(uuid.uuid4, "__globals__", None) is uuid.__dict__:
            return _IDS.take()
        mine: str = uuid.uuid4().hex
        return mine

    # -- empty stanzas of this stream: xmpp.Message() -------------------------------------------------

    def Message(self, *args: Any, **kwargs: Any) -> stanza.Message:
        """A message of this stream, with an id of its own."""
        if not args and not kwargs:
            # The usual case, which is the same as below: it begins in the namespace of this stream.
            return stanza.Message(self._sender_())
        message = stanza.Message(*args, **kwargs)
        message.stream = self._sender_()
        if self.use_message_ids and not message.xml.get("id"):
            message["id"] = self.new_id()
        return message

    def Presence(self, *args: Any, **kwargs: Any) -> stanza.Presence:
        """A presence of this stream, with an id of its own."""
        if not args and not kwargs:
            # The usual case, which is the same as below: it begins in the namespace of this stream.
            return stanza.Presence(self._sender_())
        presence = stanza.Presence(*args, **kwargs)
        presence.stream = self._sender_()
        if self.use_presence_ids and not presence.xml.get("id"):
            presence["id"] = self.new_id()
        return presence

    def Iq(self, *args: Any, **kwargs: Any) -> stanza.Iq:
        """An iq of this stream, with an id of its own."""
        if not args and not kwargs:
            return stanza.Iq(self._sender_())
        iq = stanza.Iq(*args, **kwargs)
        iq.stream = self._sender_()
        if not iq.xml.get("id"):
            iq["id"] = self.new_id()
        return iq

    # -- iqs -------------------------------------------------------------------------------------------

    def make_iq(
        self,
        id: str | None = None,
        ifrom: OptJid = None,
        ito: OptJid = None,
        itype: str | None = None,
        iquery: str | None = None,
    ) -> stanza.Iq:
        """An iq; without ``id`` it has a new one."""
        iq = self.Iq()
        if id is not None:
            iq["id"] = id
        if ifrom:
            iq["from"] = ifrom
        if ito:
            iq["to"] = ito
        if itype:
            iq["type"] = itype
        if iquery is not None:
            iq["query"] = iquery
        return iq

    def make_iq_get(
        self,
        queryxmlns: str | None = None,
        ito: OptJid = None,
        ifrom: OptJid = None,
        iq: stanza.Iq | None = None,
    ) -> stanza.Iq:
        """An iq of type get, with a ``<query/>`` of the namespace ``queryxmlns`` where that is given."""
        return self._typed_(iq, "get", ito, ifrom, queryxmlns)

    def make_iq_set(
        self,
        sub: ElementBase | Element | None = None,
        ito: OptJid = None,
        ifrom: OptJid = None,
        iq: stanza.Iq | None = None,
    ) -> stanza.Iq:
        """An iq of type set, with ``sub`` as its payload."""
        made = self._typed_(iq, "set", ito, ifrom, None)
        if sub is not None:
            made.append(sub)
        return made

    def make_iq_result(
        self, id: str | None = None, ito: OptJid = None, ifrom: OptJid = None, iq: stanza.Iq | None = None
    ) -> stanza.Iq:
        """An iq of type result, for the request of that id."""
        made = self._typed_(iq, "result", ito, ifrom, None)
        if id is not None:
            made["id"] = id
        return made

    def make_iq_error(
        self,
        id: str,
        type: str = "cancel",
        condition: str = "feature-not-implemented",
        text: str | None = None,
        ito: OptJid = None,
        ifrom: OptJid = None,
        iq: stanza.Iq | None = None,
    ) -> stanza.Iq:
        """An iq of type error, for the request of that id."""
        made = self._typed_(iq, "error", ito, ifrom, None)
        made["id"] = id
        made["error"]["type"] = type
        made["error"]["condition"] = condition
        if text:
            made["error"]["text"] = text
        return made

    def make_iq_query(
        self,
        iq: stanza.Iq | None = None,
        xmlns: str = "",
        ito: OptJid = None,
        ifrom: OptJid = None,
    ) -> stanza.Iq:
        """An iq with a ``<query/>`` of the namespace ``xmlns``."""
        made = self._typed_(iq, "", ito, ifrom, None)
        made["query"] = xmlns
        return made

    def _typed_(
        self, iq: stanza.Iq | None, type_: str, ito: OptJid, ifrom: OptJid, query: str | None
    ) -> stanza.Iq:
        made = self.Iq() if iq is None else iq
        if type_:
            made["type"] = type_
        if query:
            made["query"] = query
        if ito:
            made["to"] = ito
        if ifrom:
            made["from"] = ifrom
        return made

    # -- messages --------------------------------------------------------------------------------------

    def make_message(
        self,
        mto: JID | str,
        mbody: str | None = None,
        msubject: str | None = None,
        mtype: str | None = None,
        mhtml: str | Element | None = None,
        mfrom: OptJid = None,
        mnick: str | None = None,
    ) -> stanza.Message:
        """A message; ``mhtml`` and ``mnick`` need the plugins ``xep_0071`` and ``xep_0172``."""
        message = None
        # One call makes what has no more than these, unless a program makes messages in a way of its own.
        if msubject is None and not mfrom and type(self).Message is StanzaFactory.Message:
            message = stanza.Message.compose(self._sender_(), mto, mtype, mbody)
        if message is None:
            message = self.Message()
            message["to"] = mto
            if mtype is not None:
                message["type"] = mtype
            if mfrom:
                message["from"] = mfrom
            if msubject is not None:
                message["subject"] = msubject
            if mbody is not None:
                message["body"] = mbody
        if mnick is not None:
            message["nick"] = mnick
        if mhtml is not None:
            message["html"]["body"] = mhtml
        return message

    def send_message(
        self,
        mto: JID | str,
        mbody: str | None = None,
        msubject: str | None = None,
        mtype: str | None = None,
        mhtml: str | Element | None = None,
        mfrom: OptJid = None,
        mnick: str | None = None,
    ) -> stanza.Message:
        """Make a message and send it; what comes back is the message that was sent."""
        message = self.make_message(mto, mbody, msubject, mtype, mhtml, mfrom, mnick)
        self.send(message)
        return message

    # -- presences -------------------------------------------------------------------------------------

    def make_presence(
        self,
        pshow: str | None = None,
        pstatus: str | None = None,
        ppriority: int | None = None,
        pto: OptJid = None,
        ptype: str | None = None,
        pfrom: OptJid = None,
        pnick: str | None = None,
    ) -> stanza.Presence:
        """A presence; ``pnick`` needs the plugin ``xep_0172``."""
        presence = self.Presence()
        if pshow is not None:
            presence["type"] = pshow
        if pfrom is None and self._sender_is_component_():
            pfrom = self._sender_().boundjid.full
        if ppriority is not None:
            presence["priority"] = ppriority
        if ptype is not None:
            presence["type"] = ptype
        if pto:
            presence["to"] = pto
        if pfrom:
            presence["from"] = pfrom
        if pstatus is not None:
            presence["status"] = pstatus
        if pnick is not None:
            presence["nick"] = pnick
        return presence

    def _sender_is_component_(self) -> bool:
        return False

    def send_presence(
        self,
        pshow: str | None = None,
        pstatus: str | None = None,
        ppriority: int | None = None,
        pto: OptJid = None,
        ptype: str | None = None,
        pfrom: OptJid = None,
        pnick: str | None = None,
    ) -> stanza.Presence:
        """Make a presence and send it; what comes back is the presence that was sent."""
        presence = self.make_presence(pshow, pstatus, ppriority, pto, ptype, pfrom, pnick)
        self.send(presence)
        return presence

    def send_presence_subscription(
        self,
        pto: JID | str,
        pfrom: OptJid = None,
        ptype: str = "subscribe",
        pnick: str | None = None,
    ) -> stanza.Presence:
        """Send a presence that asks for, grants or ends a subscription (RFC 6121 section 3)."""
        return self.send_presence(pto=pto, pfrom=pfrom, ptype=ptype, pnick=pnick)
