"""The commands by which admins of a room make hats and give them to people (XEP-0317 sections 3.2 to 3.7)."""

from collections.abc import Mapping
from typing import Final

from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import InvalidJID, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.plugins.xep_0050 import XEP_0050, Command
from helixmpp.plugins.xep_0317.stanza import NAMESPACE, HatTuple, Hue
from helixmpp.stanza import Iq

__all__ = ["HatCommands"]

_COMMANDS: Final = f"{NAMESPACE}:commands"
OptJid = JID | str | None


class HatCommands(BasePlugin):
    """Makes hats, lists them, and gives them to people; for admins, as the room has it.

    Each method raises ``IqError`` where the room refuses, ``IqTimeout`` without an answer in time, and ``XMPPError``
    where the command does not come to its end. ``timeout`` is in seconds for each answer, ``ifrom`` the address of a
    component.
    """

    async def create_hat(
        self,
        room: JID | str,
        uri: str,
        title: str,
        hue: float | None = None,
        *,
        ifrom: OptJid = None,
        timeout: float | None = None,
    ) -> None:
        """Make a hat in a room, or change the one of that URI (section 3.2).

        :param hue: its colour, an angle from 0 to 360 degrees.
        :raises ValueError: it is no such angle.
        """
        values = {"hats#title": title, "hats#uri": uri}
        if hue is not None:
            values["hats#hue"] = Hue().format(hue)
        await self._run(room, "create", values, ifrom, timeout)

    async def destroy_hat(
        self, room: JID | str, uri: str, *, ifrom: OptJid = None, timeout: float | None = None
    ) -> None:
        """Do away with a hat; nobody in the room wears it any more (section 3.3)."""
        await self._run(room, "destroy", {"hats#uri": uri}, ifrom, timeout)

    async def list_hats(
        self, room: JID | str, *, ifrom: OptJid = None, timeout: float | None = None
    ) -> list[HatTuple]:
        """Ask which hats a room has (section 3.4)."""
        rows = await self._table(room, "list", ifrom, timeout)
        return [hat for row in rows if (hat := _hat_of(row)) is not None]

    async def assign_hat(
        self,
        room: JID | str,
        jid: JID | str,
        uri: str,
        *,
        ifrom: OptJid = None,
        timeout: float | None = None,
    ) -> None:
        """Give somebody a hat, by his real bare address (section 3.5)."""
        values = {"hats#jid": JID(jid).bare, "hats#uri": uri}
        await self._run(room, "assign", values, ifrom, timeout)

    async def unassign_hat(
        self,
        room: JID | str,
        jid: JID | str,
        uri: str,
        *,
        ifrom: OptJid = None,
        timeout: float | None = None,
    ) -> None:
        """Take a hat from somebody (section 3.6)."""
        values = {"hats#jid": JID(jid).bare, "hats#uri": uri}
        await self._run(room, "unassign", values, ifrom, timeout)

    async def list_assigned(
        self, room: JID | str, *, ifrom: OptJid = None, timeout: float | None = None
    ) -> dict[JID, list[HatTuple]]:
        """Ask who has which hats in a room (section 3.7)."""
        found: dict[JID, list[HatTuple]] = {}
        for row in await self._table(room, "list-assigned", ifrom, timeout):
            hat = _hat_of(row)
            try:
                jid = JID.parse(row.get("hats#jid", ""))
            except InvalidJID:
                continue
            if jid and hat is not None:
                found.setdefault(jid, []).append(hat)
        return found

    # -- single steps -------------------------------------------------------------------------------------

    async def _run(
        self,
        room: JID | str,
        name: str,
        values: Mapping[str, str],
        ifrom: OptJid,
        timeout: float | None,
    ) -> None:
        """Ask for the form, fill it in, and send it."""
        adhoc, address, node = self.xmpp.plugin[XEP_0050], JID(room).bare_jid, f"{_COMMANDS}:{name}"
        command = _command_in(await adhoc.send_command(address, node, ifrom, timeout=timeout))
        if command.status != "executing":
            raise _not_done(command)
        form = Form()
        form["type"] = "submit"
        form.add_field(var="FORM_TYPE", ftype="hidden", value=_COMMANDS)
        for var, value in values.items():
            form.add_field(var=var, value=value)
        # Some servers want to hear that it is the last step where they say that it may be.
        action = "complete" if "complete" in command.get_actions() else "execute"
        answer = await adhoc.send_command(
            address, node, ifrom, action, form, command.sessionid, timeout=timeout
        )
        if _command_in(answer).status != "completed":
            raise _not_done(_command_in(answer))

    async def _table(
        self, room: JID | str, name: str, ifrom: OptJid, timeout: float | None
    ) -> list[dict[str, str]]:
        adhoc = self.xmpp.plugin[XEP_0050]
        answer = await adhoc.send_command(JID(room).bare_jid, f"{_COMMANDS}:{name}", ifrom, timeout=timeout)
        command = _command_in(answer)
        form = command.get(Form)
        if command.status != "completed" or form is None:
            raise _not_done(command)
        return [
            {var: value for var, value in row.items() if isinstance(value, str)} for row in form.get_items()
        ]


def _command_in(iq: Iq) -> Command:
    return iq[Command]


def _not_done(command: Command) -> XMPPError:
    notes = " ".join(text for _, text in command.get_notes())
    return XMPPError("undefined-condition", notes or "the command has not come to its end")


def _hat_of(row: Mapping[str, str]) -> HatTuple | None:
    """The hat in a row of a table; None for what is none."""
    uri = row.get("hats#uri", "")
    if not uri:
        return None
    try:
        hue = Hue().parse(row["hats#hue"]) if row.get("hats#hue") else None
    except ValueError:
        hue = None
    return HatTuple(uri, row.get("hats#title", ""), hue)
