"""What rooms are like, as their owners make them and others find them (XEP-0045 sections 6, 7.12 and 10)."""

from collections.abc import Awaitable, Mapping
from copy import copy
from typing import Unpack

from helixmpp.core.futures import Begun
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.plugins._requests import SendOptions
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0045.stanza import NS, MUCOwnerDestroy, MUCOwnerQuery
from helixmpp.plugins.xep_0045.table import OptJid
from helixmpp.stanza import Iq, IqError

__all__ = ["Owning"]

_CONFIG = f"{NS}#roomconfig"
# Section 7.12.
_RESERVED_NICK = "x-roomuser-item"


class Owning(BasePlugin):
    """Makes, configures and destroys rooms, and finds them; ``ifrom`` and the options are as those of the lists."""

    # -- configuration (section 10) ---------------------------------------------------------------------

    async def get_room_config(
        self, room: JID | str, ifrom: OptJid = None, **send_options: Unpack[SendOptions]
    ) -> Form:
        """Ask a room of ours how it is configured: a form to be filled in for :meth:`set_room_config`.

        :raises XMPPError: ``feature-not-implemented``: the room gives no form.
        """
        request = self.xmpp.make_iq_get(ito=JID(room).bare, ifrom=ifrom or None)
        request[MUCOwnerQuery].attach()
        form = (await request.send(**send_options))[MUCOwnerQuery].get(Form)
        if form is None:
            raise XMPPError("feature-not-implemented", f"{JID(room).bare} gives no form of its configuration")
        # A copy, which does not change the answer and is not kept alive by it.
        return copy(form)

    def set_room_config(
        self,
        room: JID | str,
        config: Form | Mapping[str, object],
        *,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Configure a room of ours, which opens a new one to others (section 10.1.3).

        :param config: the form that was asked for, filled in; or values by the names of fields, for those that
            change: ``{"muc#roomconfig_persistentroom": True}``.
        :raises FieldValueError: a value is wrong.
        """
        if isinstance(config, Form):
            form = copy(config)
            form.type = "submit"
        else:
            form = Form()
            form.type = "submit"
            form.add_field(var="FORM_TYPE", ftype="hidden", value=_CONFIG)
            for var, value in config.items():
                form.add_field(var=var, value=value)
        return self._own_room(room, form, ifrom, send_options)

    def configure_room(
        self,
        room: JID | str,
        form: Form | Mapping[str, object] | None = None,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Configure a new room of ours; without ``form`` as the service likes it: an instant room (section 10.1.2)."""
        if form is not None:
            return self.set_room_config(room, form, ifrom=ifrom, **send_options)
        instant = Form()
        instant.type = "submit"
        return self._own_room(room, instant, ifrom, send_options)

    def cancel_config(
        self, room: JID | str, *, ifrom: OptJid = None, **send_options: Unpack[SendOptions]
    ) -> Awaitable[Iq]:
        """Leave the configuration of a room as it is; a new room is destroyed by that (section 10.1.3)."""
        form = Form()
        form.type = "cancel"
        return self._own_room(room, form, ifrom, send_options)

    def _own_room(self, room: JID | str, form: Form, ifrom: OptJid, options: SendOptions) -> Awaitable[Iq]:
        request = self.xmpp.make_iq_set(ito=JID(room).bare, ifrom=ifrom or None)
        request[MUCOwnerQuery].append(form)
        return Begun(request.send(**options))

    def destroy(
        self,
        room: JID | str,
        reason: str = "",
        altroom: JID | str = "",
        *,
        password: str = "",
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Destroy a room of ours (section 10.9).

        :param reason: for those who are in it.
        :param altroom: where they are to go instead.
        :param password: what that room wants to hear.
        """
        request = self.xmpp.make_iq_set(ito=JID(room).bare, ifrom=ifrom or None)
        destroy = request[MUCOwnerQuery][MUCOwnerDestroy]
        destroy.attach()
        destroy.reason = reason
        destroy.password = password
        if altroom:
            destroy.jid = JID(altroom)
        return Begun(request.send(**send_options))

    # -- discovery (sections 6 and 7.12) ----------------------------------------------------------------

    async def get_rooms(
        self, service: JID | str, *, ifrom: OptJid = None, timeout: float | None = None
    ) -> dict[JID, str]:
        """Ask a service for its public rooms: their names by address (section 6.3)."""
        found = await self.xmpp.plugin[XEP_0030].items_of(service, ifrom=ifrom, timeout=timeout)
        rooms = {JID(jid): name or "" for jid, _, name in found.get_items()}
        return {jid: name for jid, name in rooms.items() if jid.local}

    async def get_reserved_nick(
        self, room: JID | str, *, ifrom: OptJid = None, timeout: float | None = None
    ) -> str | None:
        """Ask a room which nickname it keeps for us (section 7.12); None where there is none.

        Registering with a room (section 7.10) is done by the plugin ``xep_0077``, with the room as its ``jid``.
        """
        try:
            found = await self.xmpp.plugin[XEP_0030].info_of(
                JID(room).bare, _RESERVED_NICK, ifrom=ifrom, timeout=timeout
            )
        except IqError as error:
            if error.condition in ("feature-not-implemented", "item-not-found", "service-unavailable"):
                return None
            raise
        return next((name for *_, name in found.get_identities() if name), None)
