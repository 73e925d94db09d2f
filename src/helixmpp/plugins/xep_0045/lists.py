"""Who is on which list of a room (XEP-0045 sections 8 to 10)."""

import logging
from collections.abc import Awaitable, Iterable
from typing import Any, Unpack

from helixmpp.core.futures import Begun
from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.plugins._requests import SendOptions
from helixmpp.plugins.xep_0045.stanza import MUCAdminItem, MUCAdminQuery, MucAffiliation, MucRole
from helixmpp.plugins.xep_0045.stanza.words import AFFILIATIONS, ROLES
from helixmpp.plugins.xep_0045.table import OptJid, RoomTable
from helixmpp.stanza import Iq

__all__ = ["Lists"]

log = logging.getLogger(__name__)


class Lists(RoomTable):
    """Asks rooms for their lists, and changes them.

    In every method ``ifrom`` is the address to ask from, for components; the rest, :class:`SendOptions`, is by name:
    ``timeout`` (seconds; by default the client's ``response_timeout``), ``callback`` and ``timeout_callback``. Awaited,
    each raises ``IqError`` where the room refuses (``forbidden``, ``not-allowed``, ``item-not-found`` ...), and
    ``IqTimeout``.
    """

    # -- affiliations (sections 9 and 10) ---------------------------------------------------------------

    async def get_affiliation_list(
        self,
        room: JID | str,
        affiliation: MucAffiliation,
        *,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> list[JID]:
        """Ask for all who have an affiliation: ``owner``, ``admin``, ``member`` or ``outcast``.

        :raises ValueError: there is no such affiliation.
        """
        item = MUCAdminItem()
        item.affiliation = _checked(affiliation, AFFILIATIONS, "affiliation")
        found: list[JID] = []
        for entry in await self._list(room, item, ifrom, send_options):
            try:
                if entry.jid:
                    found.append(entry.jid)
            except BadStanza:
                log.info("%s lists what is no address", JID(room).bare)
        return found

    def get_users_by_affiliation(
        self, room: JID | str, affiliation: MucAffiliation = "member", *, ifrom: OptJid = None
    ) -> Awaitable[Iq]:
        """Ask as :meth:`get_affiliation_list`, and give the answer as it is; older programs do.

        :raises ValueError: there is no such affiliation.
        """
        item = MUCAdminItem()
        item.affiliation = _checked(affiliation, AFFILIATIONS, "affiliation")
        return self._ask_list(room, item, ifrom, {})

    def set_affiliation(
        self,
        room: JID | str,
        affiliation: MucAffiliation,
        *,
        jid: OptJid = None,
        nick: str | None = None,
        reason: str = "",
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Change the affiliation of somebody: ``outcast`` is a ban, ``none`` takes away what there was.

        :param jid: whose; or:
        :param nick: the nickname of an occupant whose address is known here; where it is not, the room is asked
            to find it, which not every one does.
        :param reason: told to the one it is about, and to all of the room.
        :raises ValueError: there is no such affiliation, or neither ``jid`` nor ``nick``.
        """
        item = MUCAdminItem()
        item.affiliation = _checked(affiliation, AFFILIATIONS, "affiliation")
        if jid is None and nick:
            known = self.occupant(room, nick, ifrom)
            jid = known.jid if known is not None and known.jid else None
        if jid:
            # Section 9: an affiliation is that of a bare address.
            item.jid = JID(jid).bare_jid
        elif nick:
            item.nick = nick
        else:
            raise ValueError("set_affiliation() needs the jid or the nick of somebody")
        item.reason = reason
        return self._change(room, [item], ifrom, send_options)

    def send_affiliation_list(
        self,
        room: JID | str,
        affiliations: Iterable[tuple[JID | str, MucAffiliation]],
        *,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Change the affiliations of many at once: pairs of an address and what it is to become.

        Some services heed only the first and say nothing: :meth:`set_affiliation` for each
        is understood by all.

        :raises ValueError: there is no such affiliation.
        """
        items: list[MUCAdminItem] = []
        for jid, affiliation in affiliations:
            item = MUCAdminItem()
            item.affiliation = _checked(affiliation, AFFILIATIONS, "affiliation")
            item.jid = JID(jid).bare_jid
            items.append(item)
        return self._change(room, items, ifrom, send_options)

    # -- roles (section 8) ------------------------------------------------------------------------------

    async def get_roles_list(
        self,
        room: JID | str,
        role: MucRole,
        *,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> list[str]:
        """Ask for the nicknames of all who have a role: ``moderator``, ``participant`` or ``visitor``.

        :raises ValueError: there is no such role.
        """
        item = MUCAdminItem()
        item.role = _checked(role, ROLES, "role")
        return [entry.nick for entry in await self._list(room, item, ifrom, send_options) if entry.nick]

    def set_role(
        self,
        room: JID | str,
        nick: str,
        role: MucRole,
        *,
        reason: str = "",
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Change the role of an occupant: ``visitor`` cannot speak in a moderated room, ``none`` is a kick.

        :param reason: told to the occupant, and to all of the room.
        :raises ValueError: there is no such role.
        """
        item = MUCAdminItem()
        item.role = _checked(role, ROLES, "role")
        item.nick = nick
        item.reason = reason
        return self._change(room, [item], ifrom, send_options)

    def send_role_list(
        self,
        room: JID | str,
        roles: Iterable[tuple[str, MucRole]],
        *,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Change the roles of many at once: pairs of a nickname and what it is to become.

        As in :meth:`send_affiliation_list`, some services heed only the first.

        :raises ValueError: there is no such role.
        """
        items: list[MUCAdminItem] = []
        for nick, role in roles:
            item = MUCAdminItem()
            item.role = _checked(role, ROLES, "role")
            item.nick = nick
            items.append(item)
        return self._change(room, items, ifrom, send_options)

    async def _list(
        self, room: JID | str, item: MUCAdminItem, ifrom: OptJid, options: SendOptions
    ) -> list[MUCAdminItem]:
        answer = await self._ask_list(room, item, ifrom, options)
        return answer[MUCAdminQuery].children_of(MUCAdminItem)

    def _ask_list(
        self, room: JID | str, item: MUCAdminItem, ifrom: OptJid, options: SendOptions
    ) -> Awaitable[Iq]:
        request = self.xmpp.make_iq_get(ito=JID(room).bare, ifrom=ifrom or None)
        request[MUCAdminQuery].append(item)
        return request.send(**options)

    def _change(
        self, room: JID | str, items: Iterable[MUCAdminItem], ifrom: OptJid, options: SendOptions
    ) -> Awaitable[Iq]:
        request = self.xmpp.make_iq_set(ito=JID(room).bare, ifrom=ifrom or None)
        query = request[MUCAdminQuery]
        query.attach()
        for item in items:
            query.append(item)
        return Begun(request.send(**options))


def _checked(word: Any, words: frozenset[str], what: str) -> Any:
    if word not in words:
        raise ValueError(f"the {what} is one of {', '.join(sorted(words))}")
    return word
