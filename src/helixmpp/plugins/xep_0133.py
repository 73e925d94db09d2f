"""XEP-0133, Service Administration: adds and removes accounts of a server, counts them, tells them something.

The commands of a server or component for its administrators, which are ad-hoc commands (``xep_0050``) of known names
with known forms.

Use::

    xmpp.register_plugin("xep_0133")
    admin = xmpp.plugin["xep_0133"]
    await admin.run("add-user", {"accountjid": "juliet@example.org", "password": "R0m30", "password-verify": "R0m30"})
    print((await admin.run("get-online-users-num")).values["onlineusersnum"])

Or step by step, with a session of ``xep_0050`` whose function ``next`` is called with each answer::

    await admin.add_user(session={"next": fill_in, "error": complain})

There is a method for each command: its name with underscores.

Events: none.

Operations: none.

Limits: of a command with many steps, :meth:`XEP_0133.run` goes ``MAX_STEPS``. Who may do this, the server knows. To
serve such commands a component adds them by ``xep_0050``, under the names in ``COMMANDS``.

Version: XEP-0133 1.3.1.
"""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Protocol, overload

from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import HelixError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.plugins.xep_0050 import XEP_0050, Command
from helixmpp.stanza import Iq

__all__ = ["COMMANDS", "MAX_STEPS", "NAMESPACE", "XEP_0133", "AdminResult", "CommandFailed"]

NAMESPACE = "http://jabber.org/protocol/admin"
#: The names of the commands; ``f"{NAMESPACE}#{name}"`` is the node.
COMMANDS: Final = (
    *("add-user", "delete-user", "disable-user", "reenable-user", "end-user-session", "get-user-password"),
    *("change-user-password", "get-user-roster", "get-user-lastlogin", "user-stats", "edit-blacklist"),
    *("edit-whitelist", "get-registered-users-num", "get-disabled-users-num", "get-online-users-num"),
    *("get-active-users-num", "get-idle-users-num", "get-registered-users-list", "get-disabled-users-list"),
    *("get-online-users-list", "get-active-users", "get-idle-users", "announce", "set-motd", "edit-motd"),
    *("delete-motd", "set-welcome", "delete-welcome", "edit-admin", "restart", "shutdown"),
)
#: How many forms of one command are filled in.
MAX_STEPS: Final = 10


class CommandFailed(HelixError):
    """A command came to its end and said that it failed; the text is the service's own."""


@dataclass(frozen=True, slots=True)
class AdminResult:
    """What a command gave.

    :param values: the fields of its last form, each a list of texts.
    :param notes: what it said to people.
    :param iq: the whole answer.
    """

    values: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    notes: tuple[str, ...] = ()
    iq: Iq | None = None


class RunCommand(Protocol):
    """A command as a method of the plugin."""

    def __call__(
        self,
        jid: JID | str | None = None,
        session: dict[str, Any] | None = None,
        ifrom: JID | str | None = None,
    ) -> Awaitable[Iq]:
        """Begin to run the command; see :meth:`XEP_0133.start`."""
        ...


class _Method:
    """A method for a command."""

    def __init__(self, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, plugin: None, owner: type) -> "_Method": ...
    @overload
    def __get__(self, plugin: "XEP_0133", owner: type) -> RunCommand: ...
    def __get__(self, plugin: "XEP_0133 | None", owner: type) -> "_Method | RunCommand":
        if plugin is None:
            return self
        name, start = self._name, plugin.start

        def run(
            jid: JID | str | None = None,
            session: dict[str, Any] | None = None,
            ifrom: JID | str | None = None,
        ) -> Awaitable[Iq]:
            return start(name, jid, session, ifrom)

        return run


class XEP_0133(BasePlugin):  # noqa: N801 - the name that programs import
    """Service administration: runs the commands of a server for its administrators."""

    name = "xep_0133"
    description = "Service administration: adds, removes and counts the accounts of a server"
    xep_version = "1.3.1"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030", "xep_0050"}

    add_user = _Method("add-user")
    delete_user = _Method("delete-user")
    disable_user = _Method("disable-user")
    reenable_user = _Method("reenable-user")
    end_user_session = _Method("end-user-session")
    # Retracted; older services have it.
    get_user_password = _Method("get-user-password")
    change_user_password = _Method("change-user-password")
    get_user_roster = _Method("get-user-roster")
    get_user_lastlogin = _Method("get-user-lastlogin")
    user_stats = _Method("user-stats")
    edit_blacklist = _Method("edit-blacklist")
    edit_whitelist = _Method("edit-whitelist")
    get_registered_users_num = _Method("get-registered-users-num")
    get_disabled_users_num = _Method("get-disabled-users-num")
    get_online_users_num = _Method("get-online-users-num")
    get_active_users_num = _Method("get-active-users-num")
    get_idle_users_num = _Method("get-idle-users-num")
    get_registered_users_list = _Method("get-registered-users-list")
    get_disabled_users_list = _Method("get-disabled-users-list")
    get_online_users_list = _Method("get-online-users-list")
    get_active_users = _Method("get-active-users")
    get_idle_users = _Method("get-idle-users")
    announce = _Method("announce")
    set_motd = _Method("set-motd")
    edit_motd = _Method("edit-motd")
    delete_motd = _Method("delete-motd")
    set_welcome = _Method("set-welcome")
    delete_welcome = _Method("delete-welcome")
    edit_admin = _Method("edit-admin")
    restart = _Method("restart")
    shutdown = _Method("shutdown")

    async def get_commands(self, jid: JID | str | None = None, **kwargs: Any) -> Any:
        """Ask which commands a service has: an iq with ``iq["disco_items"]``.

        :param jid: the service; by default our own server.
        :param kwargs: those of ``get_items`` of the plugin ``xep_0030``.
        :raises IqError: it refuses.
        :raises IqTimeout: no answer came in time.
        """
        return await self.xmpp.plugin[XEP_0050].get_commands(self._service(jid), **kwargs)

    async def commands(self, jid: JID | str | None = None, *, timeout: float | None = None) -> set[str]:
        """Ask which of the ``COMMANDS`` a service has for us; raises as :meth:`get_commands`."""
        listed = await self.xmpp.plugin[XEP_0050].list_commands(self._service(jid), timeout=timeout)
        return {name for name in COMMANDS if f"{NAMESPACE}#{name}" in listed}

    def start(
        self,
        name: str,
        jid: JID | str | None = None,
        session: dict[str, Any] | None = None,
        ifrom: JID | str | None = None,
        *,
        timeout: float | None = None,
    ) -> Awaitable[Iq]:
        """Begin to run a command with a session of ``xep_0050``; when awaited, the first answer.

        :param name: its name, without the namespace.
        :param jid: the service; by default our own server.
        :param session: a dictionary with functions for the answers: see :meth:`XEP_0050.start_command`.
        :param ifrom: the address to ask from, for components.
        :param timeout: seconds to wait for the first answer; by default the client's ``response_timeout``.
        :raises IqError: (when awaited) ``forbidden``: we are no administrator; and others (section 5).
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        given = {} if session is None else session
        adhoc = self.xmpp.plugin[XEP_0050]
        return adhoc.start_command(self._service(jid), _node(name), given, ifrom, timeout=timeout)

    async def run(
        self,
        name: str,
        values: Mapping[str, object] | None = None,
        jid: JID | str | None = None,
        ifrom: JID | str | None = None,
        *,
        timeout: float | None = None,
    ) -> AdminResult:
        """Run a command to its end.

        :param name: its name, without the namespace.
        :param values: what the fields of its forms are answered with; the others keep what they have.
        :param jid: the service; by default our own server.
        :param ifrom: the address to ask from, for components.
        :param timeout: seconds to wait for each answer; by default the client's ``response_timeout``.
        :raises ValueError: no form asks for one of the values; nothing was done then.
        :raises CommandFailed: it says that it failed, or does not come to its end.
        :raises IqError: ``forbidden``: we are no administrator; and others (section 5).
        :raises IqTimeout: no answer came in time.
        """
        adhoc, service, node = self.xmpp.plugin[XEP_0050], self._service(jid), _node(name)
        left = dict(values or {})
        answer = await adhoc.send_command(service, node, ifrom, timeout=timeout)
        for _ in range(MAX_STEPS):
            command = answer[Command]
            if command.status in ("completed", "canceled"):
                break
            form, session = command.get(Form), command.sessionid
            asked = form.field if form is not None else {}
            given = {key: left.pop(key) for key in tuple(left) if key in asked}
            if (left and not given) or form is None:
                # Nothing asks for the rest: it is spelt wrong, or this is another command.
                await adhoc.send_command(service, node, ifrom, "cancel", None, session, timeout=timeout)
                raise ValueError(
                    f"the command {name!r} does not ask for {', '.join(sorted(left)) or 'a form'}"
                )
            form.set_values(given)
            form.type = "submit"
            answer = await adhoc.send_command(service, node, ifrom, "execute", form, session, timeout=timeout)
        return _result(answer)

    def _service(self, jid: JID | str | None) -> JID:
        return JID(jid) if jid else JID(domain=self.xmpp.boundjid.domain)


def _node(name: str) -> str:
    return f"{NAMESPACE}#{name}"


def _result(answer: Iq) -> AdminResult:
    command = answer[Command]
    notes = command.get_notes()
    errors = [text for kind, text in notes if kind == "error"]
    if errors or command.status != "completed":
        raise CommandFailed("; ".join(errors) or "the command did not come to its end")
    form = command.get(Form)
    values = {var: one.texts for var, one in form.field.items() if var} if form is not None else {}
    return AdminResult(values, tuple(text for _, text in notes), answer)
