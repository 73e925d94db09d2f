"""The plugin ``xep_0313``; see the package's docstring."""

import json
import logging
from collections.abc import AsyncGenerator, Awaitable
from datetime import UTC, datetime
from typing import Any, ClassVar

from helixmpp.core.api import PluginAPI
from helixmpp.core.declare import Setting, listens, on, op
from helixmpp.core.engines import KeyValue
from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.plugins.xep_0203.stanza import Delay
from helixmpp.plugins.xep_0313.querying import OptJid, Querying
from helixmpp.plugins.xep_0313.stanza import MAM, NAMESPACE, Fin, Metadata, Result
from helixmpp.plugins.xep_0313.store import ArchiveStore, Position
from helixmpp.plugins.xep_0359 import XEP_0359, StanzaID
from helixmpp.stanza import Iq, IqError, Message, codec_for

__all__ = ["XEP_0313"]

log = logging.getLogger(__name__)

_WHEN = codec_for(datetime)
_LONGEST_ID = 1024
_RECORD = 8_192  # bytes


class XEP_0313(Querying):  # noqa: N801 - the name that programs import
    """Message archives: asks for what was said, and goes on where it stopped."""

    name = "xep_0313"
    description = "Message archives: what was said, also while we were away"
    xep_version = "1.1.3"
    dependencies: ClassVar[set[str]] = {
        *("xep_0004", "xep_0030", "xep_0059", "xep_0203", "xep_0297", "xep_0359"),
    }
    extends = ((Iq, MAM), (Iq, Fin), (Iq, Metadata), (Message, Result))
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE
    api: PluginAPI[ArchiveStore]

    follow_live = Setting(
        True, "whether messages that come by themselves move the position, once all before were read"
    )
    max_archives = Setting(1_000, "of how many archives the position is kept")

    def plugin_init(self) -> None:
        """Begin with no query, and with no archive that was read to its end."""
        self._begin_querying()
        # The archives that were read to their end in this session, the first one first.
        self._read_up: dict[str, None] = {}
        # By archive: what is to be kept next, and whether something is being kept.
        self._latest: dict[str, Position] = {}
        self._writing: set[str] = set()

    # -- for programs -------------------------------------------------------------------------------------

    async def catch_up(
        self,
        jid: OptJid = None,
        *,
        since: datetime | None = None,
        ifrom: OptJid = None,
        page: int = 50,
        timeout: float | None = None,
    ) -> AsyncGenerator[Message, None]:
        """The messages of an archive behind the last one that was read, also by an earlier run of the program.

        A message counts as read when the next one is asked for, so that after a crash the last one comes again. Once
        all were read, those that come by themselves move the position too, until the session ends.

        :param jid: whose archive: a room, say; by default that of our own account.
        :param since: where to begin in an archive that was never read; None begins at its end: nothing comes, and the
            next time what was said since.
        :param ifrom: the address to ask from, for components.
        :param page: how many messages to ask for at a time.
        :param timeout: seconds to wait for each answer; by default the client's ``response_timeout``.
        :raises IqError: the archive refuses.
        :raises IqTimeout: no answer came in time.
        :raises StorageError: the position cannot be read or kept.
        """
        archive = (self._address(jid) or self.xmpp.boundjid).bare_jid
        self._read_up.pop(archive.bare, None)
        position: Position | None = await self.api["get_position"](archive, None, ifrom, None)
        if position is None and since is None:
            await self._keep_end(jid, archive, ifrom, timeout)
        else:
            async for message in self._behind(jid, position, since, ifrom, page, timeout):
                yield message
                result = message[Result]
                await self._keep(archive, ifrom, Position(result.id, _stamp_of(result)))
        self._read_up[archive.bare] = None
        while len(self._read_up) > self.max_archives:
            del self._read_up[next(iter(self._read_up))]

    async def _behind(
        self,
        jid: OptJid,
        position: Position | None,
        since: datetime | None,
        ifrom: OptJid,
        page: int,
        timeout: float | None,
    ) -> AsyncGenerator[Message, None]:
        """What is behind a position; where the archive has forgotten it, what is behind its moment."""
        rsm: dict[str, Any] = {"max": page}
        begun = False
        if position is not None and position.id:
            try:
                async for message in self.iterate(
                    jid, ifrom=ifrom, rsm={**rsm, "after": position.id}, timeout=timeout
                ):
                    begun = True
                    yield message
                return
            except IqError as error:
                if begun or error.condition != "item-not-found" or position.stamp is None:
                    raise
                log.info("the archive has forgotten the message that was read last; its moment is taken")
        start = position.stamp if position is not None and position.stamp is not None else since
        async for message in self.iterate(jid, start, ifrom=ifrom, rsm=rsm, timeout=timeout):
            if position is None or message[Result].id != position.id:
                yield message

    async def _keep_end(self, jid: OptJid, archive: JID, ifrom: OptJid, timeout: float | None) -> None:
        async for message in self.iterate(jid, ifrom=ifrom, reverse=True, total=1, timeout=timeout):
            await self._keep(archive, ifrom, Position(message[Result].id, _stamp_of(message[Result])))
            return
        await self._keep(archive, ifrom, Position("", datetime.now(UTC)))

    async def _keep(self, archive: JID, ifrom: OptJid, position: Position) -> None:
        await self.api["set_position"](archive, None, ifrom, position)

    # -- messages that come by themselves --------------------------------------------------------------------

    @on(Message, StanzaID)
    def _live(self, message: Message) -> Awaitable[None] | None:
        # Most programs read no archive, and then no task is to be started for each message.
        if not self._read_up or not self.follow_live or message.xml.get("type") == "error":
            return None
        return self._move_position(message)

    async def _move_position(self, message: Message) -> None:
        try:
            archive = message["from"] if message["type"] == "groupchat" else self.xmpp.boundjid
        except BadStanza:
            return
        if archive.bare not in self._read_up:
            return
        # The archive gave us results in this session, so that it cares for its ids (section 9.3, XEP-0359 section 6).
        id_ = self.xmpp.plugin[XEP_0359].stanza_id(message)
        if not 0 < len(id_) <= _LONGEST_ID or message.get(Delay) is not None:
            return  # what comes late, such as from before this session, would move the position back
        bare = archive.bare
        self._latest[bare] = Position(id_, datetime.now(UTC))
        if bare in self._writing:
            return
        # One after the other, and of several that wait only the last: a store may take its time.
        self._writing.add(bare)
        try:
            while (position := self._latest.pop(bare, None)) is not None:
                await self._keep(archive.bare_jid, None, position)
        finally:
            self._writing.discard(bare)

    @listens("session_end")
    def _session_over(self, _: Any) -> None:
        # What comes between two sessions is in the archive alone. A resumed one loses nothing.
        self._read_up.clear()

    # -- the default store ------------------------------------------------------------------------------

    @op("get_position")
    async def _get_position(self, jid: JID, node: str, ifrom: JID | None, args: None) -> Position | None:
        value = await self._positions().get(jid.bare)
        if value is None:
            return None
        try:
            record = json.loads(value)
            stamp = record["stamp"]
            return Position(str(record["id"]), None if stamp is None else _WHEN.parse(stamp))
        except (ValueError, KeyError, TypeError) as error:
            log.warning("a position that was kept cannot be read back and is left out: %s", error)
            return None

    @op("set_position")
    async def _set_position(self, jid: JID, node: str, ifrom: JID | None, args: Position) -> None:
        stamp = None if args.stamp is None else _WHEN.format(args.stamp)
        await self._positions().put(jid.bare, json.dumps({"id": args.id, "stamp": stamp}).encode())

    @op("del_position")
    async def _del_position(self, jid: JID, node: str, ifrom: JID | None, args: None) -> None:
        await self._positions().delete(jid.bare)

    def _positions(self) -> KeyValue:
        return self.collection("positions", limit=self.max_archives, value_limit=_RECORD)


def _stamp_of(result: Result) -> datetime | None:
    try:
        return result.stamp
    except BadStanza:
        return None
