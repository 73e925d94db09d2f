"""Asking archives: a page, all pages, what they have, and what they can be asked."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Literal, overload

from helixmpp.core.declare import Setting, on
from helixmpp.core.futures import begun
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.plugins.xep_0030 import XEP_0030, DiscoItems
from helixmpp.plugins.xep_0059.stanza import Set
from helixmpp.plugins.xep_0313.collecting import OpenQueries, OpenQuery
from helixmpp.plugins.xep_0313.pages import ArchiveIterator, keep_results
from helixmpp.plugins.xep_0313.stanza import MAM, Metadata, Result
from helixmpp.stanza import Iq, Message

__all__ = ["Querying"]

OptJid = JID | str | None
RSM = Mapping[str, Any]

# The well-known node of commands (XEP-0441 section 2.2).
_CONFIGURE = "urn:xmpp:mam#configure"


class Querying(BasePlugin):
    """The part of the plugin ``xep_0313`` that asks."""

    page_size = Setting(50, "how many results are asked for at a time, where nobody says")
    max_results = Setting(10_000, "how many results one page gives at most")
    max_page_size = Setting(67_108_864, "how many bytes of memory the results of one page take, about")
    max_pages = Setting(1_000, "how many pages one iteration gives at most")
    max_items = Setting(100_000, "how many results these have at most, all together")

    def _begin_querying(self) -> None:
        self._queries = OpenQueries()

    # -- for programs -------------------------------------------------------------------------------------

    @overload
    def retrieve(
        self,
        jid: OptJid = ...,
        start: datetime | str | None = ...,
        end: datetime | str | None = ...,
        with_jid: OptJid = ...,
        ifrom: OptJid = ...,
        reverse: bool = ...,
        timeout: float | None = ...,
        callback: Callable[[Iq], Any] | None = ...,
        iterator: Literal[False] = ...,
        rsm: RSM | None = ...,
        **filters: Any,
    ) -> Awaitable[Iq]: ...
    @overload
    def retrieve(
        self,
        jid: OptJid = ...,
        start: datetime | str | None = ...,
        end: datetime | str | None = ...,
        with_jid: OptJid = ...,
        ifrom: OptJid = ...,
        reverse: bool = ...,
        timeout: float | None = ...,
        callback: Callable[[Iq], Any] | None = ...,
        *,
        iterator: Literal[True],
        rsm: RSM | None = ...,
        **filters: Any,
    ) -> ArchiveIterator: ...
    @overload
    def retrieve(
        self,
        jid: OptJid,
        start: datetime | str | None,
        end: datetime | str | None,
        with_jid: OptJid,
        ifrom: OptJid,
        reverse: bool,
        timeout: float | None,
        callback: Callable[[Iq], Any] | None,
        iterator: Literal[True],
        rsm: RSM | None = ...,
        **filters: Any,
    ) -> ArchiveIterator: ...
    def retrieve(
        self,
        jid: OptJid = None,
        start: datetime | str | None = None,
        end: datetime | str | None = None,
        with_jid: OptJid = None,
        ifrom: OptJid = None,
        reverse: bool = False,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        iterator: bool = False,
        rsm: RSM | None = None,
        **filters: Any,
    ) -> Awaitable[Iq] | ArchiveIterator:
        """Ask an archive for messages: one page, or with ``iterator`` all of them, a page at a time.

        A page is an iq with ``iq["mam"]["results"]``, the messages of the archive: of each,
        ``message["mam_result"]["forwarded"]["stanza"]`` is what the archive has, ``["delay"]["stamp"]`` since when, and
        ``message["mam_result"]["id"]`` its id there.

        :param jid: whose archive: a room, say; by default that of our own account.
        :param start: only messages from this moment on; a datetime with its zone, or such a text.
        :param end: only messages up to this moment.
        :param with_jid: only messages to and from this address.
        :param ifrom: the address to ask from, for components.
        :param reverse: begin at the end; within a page the order stays.
        :param timeout: seconds to wait for each answer; by default the client's ``response_timeout``.
        :param callback: called with the answer (without ``iterator``).
        :param iterator: give ``async for page in ...`` instead.
        :param rsm: which page (XEP-0059): a dictionary with ``max``, ``after``, ``before``.
        :param filters: ``before_id``, ``after_id``, ``ids``, ``include_groupchat``, ``flip_page`` (section 4.1), for
            archives that know them; or by a dictionary ``form`` what else an archive knows.
        :raises IqError: (when awaited) the archive refuses; ``item-not-found`` for an id that it has not.
        :raises IqTimeout: (when awaited) no answer came in time.
        :raises EndlessResults: (when awaited) more came than ``max_results``, ``max_items``, or it does not end.
        :raises ValueError: a component has no archive of its own: name one.
        """
        request = self._request(jid, ifrom, start, end, with_jid, filters)
        make = self._gatherer(request)
        page = dict(rsm or {})
        if iterator:
            return ArchiveIterator(
                request,
                self._queries,
                make,
                amount=int(page.get("max") or self.page_size),
                start=_uid(page.get("before" if reverse else "after")),
                reverse=reverse,
                timeout=timeout,
                max_pages=self.max_pages,
                max_items=self.max_items,
            )
        if page or reverse:
            wanted = request[MAM][Set]
            if reverse:
                wanted.before = page.pop("before", None) or True
            for key, value in page.items():
                wanted[key] = value
        return self.xmpp.watch_task(self._one_page(request, make(), timeout, callback), "archive query")

    async def iterate(
        self,
        jid: OptJid = None,
        start: datetime | str | None = None,
        end: datetime | str | None = None,
        with_jid: OptJid = None,
        ifrom: OptJid = None,
        reverse: bool = False,
        rsm: RSM | None = None,
        total: int | None = None,
        timeout: float | None = None,
        **filters: Any,
    ) -> AsyncGenerator[Message, None]:
        """The messages of an archive, one after the other; with ``reverse`` the latest first.

        The parameters, and what is raised, are those of :meth:`retrieve`.

        :param total: how many; by default all.
        """
        count = 0
        page_size = dict(rsm or {})
        if total is not None:
            page_size["max"] = min(int(page_size.get("max") or self.page_size), max(total, 1))
        pages = self.retrieve(
            jid, start, end, with_jid, ifrom, reverse, timeout, None, iterator=True, rsm=page_size, **filters
        )
        while total is None or count < total:
            try:
                page = await anext(pages)
            except StopAsyncIteration:
                return
            found = page[MAM].results
            for message in reversed(found) if reverse else found:
                if total is not None and count >= total:
                    return
                count += 1
                yield message

    async def get_fields(
        self, jid: OptJid = None, ifrom: OptJid = None, timeout: float | None = None
    ) -> Form:
        """Ask what an archive can be asked for (section 4.1.5).

        :raises IqError: it does not tell.
        :raises IqTimeout: no answer came in time.
        """
        request = self.xmpp.make_iq_get(ito=self._address(jid), ifrom=ifrom)
        request.enable(MAM.plugin_attrib)
        return (await request.send(timeout=timeout))[MAM][Form]

    @begun
    async def get_archive_metadata(
        self, jid: OptJid = None, ifrom: OptJid = None, timeout: float | None = None
    ) -> Iq:
        """Ask for the ids and moments of the first and last message (section 5): ``iq["mam_metadata"]``.

        :raises IqError: it does not tell.
        :raises IqTimeout: no answer came in time.
        """
        request = self.xmpp.make_iq_get(ito=self._address(jid), ifrom=ifrom)
        request.enable(Metadata.plugin_attrib)
        return await request.send(timeout=timeout)

    async def get_configuration_commands(
        self, jid: OptJid = None, ifrom: OptJid = None, timeout: float | None = None
    ) -> DiscoItems:
        """The commands (XEP-0050) by which an archive can be configured (XEP-0441 section 2.2)."""
        disco = self.xmpp.plugin[XEP_0030]
        archive = self._address(jid) or self.xmpp.boundjid.bare
        return await disco.items_of(archive, _CONFIGURE, local=False, ifrom=ifrom, timeout=timeout)

    # -- queries -------------------------------------------------------------------------------------------

    @on(Message, Result)
    def _result_came(self, message: Message) -> None:
        self._queries.came(message)

    async def _one_page(
        self, request: Iq, gathered: OpenQuery, timeout: float | None, callback: Callable[[Iq], Any] | None
    ) -> Iq:
        queryid = request[MAM].queryid = request.id
        with self._queries.collecting(queryid, gathered):
            answer = await request.send(timeout=timeout)
        gathered.check()
        keep_results(answer, gathered)
        if callback is not None:
            callback(answer)
        return answer

    def _request(
        self,
        jid: OptJid,
        ifrom: OptJid,
        start: datetime | str | None,
        end: datetime | str | None,
        with_jid: OptJid,
        filters: Mapping[str, Any],
    ) -> Iq:
        request = self.xmpp.make_iq_set(ito=self._address(jid), ifrom=ifrom)
        query = request[MAM]
        query.attach()
        query["start"], query["end"], query["with"] = start, end, with_jid
        form: Mapping[str, Any] = {}
        for name, value in filters.items():
            if name == "form":
                form = value
            elif name in ("before_id", "after_id", "ids", "include_groupchat", "flip_page"):
                query[name] = value
            else:
                raise TypeError(f"there is no filter {name!r}")
        for name, value in form.items():
            query.add_filter(name, value)
        return request

    def _address(self, jid: OptJid) -> JID | None:
        if jid:
            return JID(jid)
        if self.xmpp.is_component:
            raise ValueError("a component has no archive of its own; name one by jid=")
        return None

    def _gatherer(self, request: Iq) -> Callable[[], OpenQuery]:
        asked: JID = request["to"]
        own = self.xmpp.boundjid.bare
        # Our own account answers as our bare address, or as nobody (RFC 6120 section 8.1.2.1).
        ours = not self.xmpp.is_component and asked.full in ("", own)
        senders = frozenset({"", own}) if ours else frozenset({asked.full})
        ids = frozenset(request[MAM].get_ids())
        return lambda: OpenQuery(senders, ids, self.max_results, self.max_page_size)


def _uid(value: object) -> str | None:
    # True stands for the last page, which is where one begins that goes backwards.
    return value if isinstance(value, str) and value else None
