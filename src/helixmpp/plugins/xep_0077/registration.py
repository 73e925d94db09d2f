"""The plugin ``xep_0077``; see the package's docstring."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial
from typing import Any, ClassVar
from xml.etree.ElementTree import SubElement

from helixmpp.core.api import PluginAPI
from helixmpp.core.client import ClientXMPP
from helixmpp.core.declare import Setting, listens, on, op
from helixmpp.core.futures import begun
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import StateError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins._answers import send_answer
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0077.filling_in import fill_in, refusal
from helixmpp.plugins.xep_0077.stanza import FIELDS, NAMESPACE, Register, RegisterFeature
from helixmpp.plugins.xep_0077.store import RegistrationStore
from helixmpp.plugins.xep_0077.users import SLACK, Users
from helixmpp.plugins.xep_0077.view import UserView
from helixmpp.stanza import Iq, IqError, StanzaBase, StreamFeatures
from helixmpp.stream import Registration

__all__ = ["XEP_0077"]

_BYTES_OF_A_CHARACTER = 12  # at most, in JSON
_COLLECTIONS: tuple[type, ...] = (tuple, list, set, frozenset)


class XEP_0077(BasePlugin):  # noqa: N801 - the name that programs import
    """In-band registration: with this component, or by this client with others."""

    name = "xep_0077"
    description = "In-band registration: accounts that are made, changed and removed by stanzas"
    xep_version = "2.4"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030"}
    extends = ((Iq, Register), (StreamFeatures, RegisterFeature))
    api: PluginAPI[RegistrationStore]

    create_account = Setting(True, "whether handlers of the event ``register`` make the account, of a client")
    force_registration = Setting(False, "whether to try it where the server does not offer it, too")
    form_fields = Setting[Collection[str]](
        ("username", "password"), "what users have to fill in, of a component", kinds=_COLLECTIONS
    )
    form_instructions = Setting("", "what they are told, of a component")
    data_form = Setting(False, "whether the same is asked by a data form as well")
    max_users = Setting(100_000, "how many users the default store keeps; more are refused")
    max_field = Setting(1_024, "the longest text that it keeps in a field, in characters")

    # What sign_up() was given, until there is an account.
    _wish: dict[str, str] | None = None
    _exist_ok = False
    # Whether it was granted, or we have logged in: then there is one.
    _has_account = False

    def plugin_init(self) -> None:
        """Announce the protocol for a component: with a client nobody registers."""
        size = self.max_field * len(FIELDS) * _BYTES_OF_A_CHARACTER
        self._users = Users(
            lambda: self.collection("users", limit=self.max_users + SLACK, value_limit=size),
            lambda: self.max_users,
        )
        if isinstance(self.xmpp, ClientXMPP):
            self.xmpp.account_registrar = self
        if self.xmpp.is_component:
            disco = self.xmpp.plugin["xep_0030"]
            disco.add_feature(NAMESPACE)
            self._undo.append((partial(disco.del_feature, feature=NAMESPACE), ()))

    def plugin_end(self) -> None:
        """Let the client log in without us."""
        if isinstance(self.xmpp, ClientXMPP) and self.xmpp.account_registrar is self:
            self.xmpp.account_registrar = None

    # -- an account of our own --------------------------------------------------------------------------------

    def sign_up(
        self,
        fields: Mapping[str, str] | None = None,
        *,
        exist_ok: bool = False,
        host: str = "",
        port: int = 0,
    ) -> Awaitable[bool]:
        """Connect, have the server make the account of this client, and log in with it.

        It is ``connect()`` in all else: what comes back may be awaited, and passing failures are followed by
        further attempts. The user name and the password are the client's. Handlers of ``register`` are not called.

        :param fields: what else the server may ask for, by field: ``{"email": "bard@shakespeare.lit"}``.
        :param exist_ok: log in where the name is taken, for it may be ours.
        :param host: where to connect to, and ``port``; by default ``xmpp.address``, or what DNS says.
        :raises RegistrationFailed: (when awaited) there is no account; its ``condition`` says why.
        :raises ConnectionFailure: (when awaited) there is no session.
        :raises StateError: this client is connected, or connecting, already; or it is a component.
        :raises ValueError: the client has no user name or no password.
        """
        xmpp = self.xmpp
        if not isinstance(xmpp, ClientXMPP):
            raise StateError("a component has no account")
        if not xmpp.requested_jid.local or not xmpp.password:
            raise ValueError("an account needs a user name and a password")
        if xmpp.is_connected() or xmpp.is_connecting():
            raise StateError("this client is connected, or connecting; disconnect() comes first")
        own = {"username": xmpp.requested_jid.local, "password": xmpp.password}
        session = xmpp.connect(*((host, port) if host or port else xmpp.address))
        self._wish, self._exist_ok = {**(fields or {}), **own}, exist_ok
        return session

    def registration(self) -> Registration:
        """Whether the next stream is to have an account made; the client asks."""
        if self._wish is not None:
            return Registration.ALWAYS
        if self._has_account or not self.create_account or not self.xmpp.event_handled("register"):
            return Registration.NEVER
        return Registration.ALWAYS if self.force_registration else Registration.OFFERED

    async def register_account(self) -> None:
        """Have the account made, on a stream that nobody has logged in on yet; the client calls it.

        :raises RegistrationFailed: it is not made.
        """
        try:
            form = await self.get_registration()
            if self._wish is not None:
                await self._fill_in(form[Register], self._wish)
                return
        except XMPPError as error:
            raise refusal(error, self._password) from None
        # They end in their own time, even where the stream does before.
        handlers = self.xmpp.watch_task(self.xmpp.event_async("register", form), "event 'register'")
        for failure in await asyncio.shield(handlers):
            raise refusal(failure, self._password)

    async def _fill_in(self, asked: Register, known: Mapping[str, str]) -> None:
        if asked.registered:
            return
        answer = fill_in(asked, known)
        exist_ok, self._exist_ok = self._exist_ok, True
        # Should the stream end now, nobody can say whether there is an account, and the next one finds it taken.
        try:
            await self.register(answer)
        except IqError as error:
            self._exist_ok = exist_ok
            if error.condition != "conflict" or not exist_ok:
                raise

    @property
    def _password(self) -> str | None:
        return self.xmpp.password if isinstance(self.xmpp, ClientXMPP) else None

    def account_made(self) -> None:
        """Take note that there is an account; the client calls it when the server has granted it."""
        self._has_account, self._wish = True, None

    @listens("auth_success")
    def _logged_in(self, _: object) -> None:
        self.account_made()

    def _account_removed(self, done: "asyncio.Future[Iq]") -> None:
        # Some servers end the stream in the place of an answer.
        if not done.cancelled() and not isinstance(done.exception(), XMPPError):
            self._has_account = False

    @listens("disconnected")
    def _ended(self, _: object) -> None:
        # A connect() of another time is no sign_up().
        self._wish = None

    # -- of a client ----------------------------------------------------------------------------------------

    def get_registration(
        self,
        jid: JID | str | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Ask what a registration needs, or what it has; when awaited, the answer with ``iq["register"]``.

        :param jid: the service; by default our own server.
        :param ifrom: the address to ask from, for components.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :param callback: called with the answer.
        :raises IqError: (when awaited) nobody can register there.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        request = self.xmpp.make_iq_get(ito=jid, ifrom=ifrom)
        request[Register].attach()
        return request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)

    def register(
        self,
        fields: Mapping[str, str] | Register | Form,
        jid: JID | str | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Register with a service, or change the registration.

        :param fields: texts by field, or the answer to the service's data form: never both (section 4).
        :raises FieldValueError: there is no such field.
        :raises IqError: (when awaited) it is refused: ``conflict``, ``not-acceptable`` ...

        The other parameters are those of :meth:`get_registration`.
        """
        request = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        if isinstance(fields, Register):
            request.append(fields)
        elif isinstance(fields, Form):
            request[Register].append(fields)
        else:
            register = request[Register]
            for field, text in fields.items():
                register.add_field(field)
                if text:
                    register[field] = text
        return request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)

    def cancel_registration(
        self,
        jid: JID | str | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Remove our registration with a service; without ``jid`` the ACCOUNT itself, with all that is in it.

        The parameters and errors are those of :meth:`get_registration`.
        """
        request = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        request[Register].remove = True
        answer = request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)
        if jid is None and isinstance(answer, asyncio.Future):
            answer.add_done_callback(self._account_removed)
        return answer

    @begun
    async def change_password(
        self,
        password: str,
        jid: JID | str | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Iq:
        """Change the password of our account, or with ``jid`` that for a service (section 3.3).

        The client connects with the new one from now on.

        :raises ValueError: the password is empty.

        The other parameters and errors are those of :meth:`get_registration`.
        """
        if not password:
            raise ValueError("an empty password changes nothing (XEP-0077 section 3.3)")
        request = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        register = request[Register]
        register.username = (JID(ifrom) if ifrom else self.xmpp.boundjid).local
        register.password = password
        answer = await request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)
        if jid is None and isinstance(self.xmpp, ClientXMPP):
            self.xmpp.password = password
        return answer

    # -- of a component ---------------------------------------------------------------------------------------

    @on(Iq, Register, type="get")
    async def _asked(self, iq: Iq) -> None:
        self._only_component()
        answer: Iq | None = await self.api["make_registration_form"](None, None, iq["from"], iq)
        if answer is None:
            raise XMPPError("service-unavailable")
        send_answer(iq, answer)

    @on(Iq, Register, type="set")
    async def _told(self, iq: Iq) -> None:
        self._only_component()
        register = iq[Register]
        if register.remove:
            await self._remove(iq, register)
            return
        form = register.get(Form)
        if form is not None:
            if form.type == "cancel":
                iq.reply().send()  # the user has thought better of it
                return
            _fill_in(register, form)
        if any(not register[field] for field in self._fields()):
            raise XMPPError("not-acceptable", "Please fill in all fields.")
        try:
            await self.api["user_validate"](None, None, iq["from"], register)
        except ValueError as error:
            raise XMPPError("not-acceptable", str(error)) from error
        iq.reply().send()
        self.xmpp.event("user_register", iq)

    async def _remove(self, iq: Iq, register: Register) -> None:
        if len(register.xml) != 1:
            # Section 3.2: "The <remove/> element was not the only child element".
            raise XMPPError("bad-request")
        try:
            await self.api["user_remove"](None, None, iq["from"], iq)
        except KeyError:
            raise XMPPError("item-not-found", "You are not registered.") from None
        iq.reply().send()
        self.xmpp.event("user_unregister", iq)

    def _only_component(self) -> None:
        if not self.xmpp.is_component:
            raise XMPPError("service-unavailable")

    def _fields(self) -> list[str]:
        """The fields that are asked for, in the order of the schema."""
        unknown = set(self.form_fields) - set(FIELDS)
        if unknown:
            raise ValueError(f"form_fields: there is no field {', '.join(sorted(unknown))}; use a data form")
        return [field for field in FIELDS if field in self.form_fields]

    @property
    def _user_store(self) -> UserView:
        """The users of the default store, under the name that programs know."""
        return UserView(self._users)

    # -- the default store ------------------------------------------------------------------------------------

    @op("user_get")
    async def _user_get(
        self, jid: JID, node: str, ifrom: JID | None, args: StanzaBase
    ) -> dict[str, str] | None:
        return await self._users.get((ifrom or args["from"]).bare)

    @op("user_validate")
    async def _user_validate(self, jid: JID, node: str, ifrom: JID | None, args: Register) -> None:
        fields: dict[str, str] = {field: args[field] for field in self._fields()}
        if any(len(text) > self.max_field for text in fields.values()):
            raise ValueError(f"A field is longer than {self.max_field} characters.")
        await self._users.put((ifrom or self.xmpp.boundjid).bare, fields)

    @op("user_remove")
    async def _user_remove(self, jid: JID, node: str, ifrom: JID | None, args: Iq) -> None:
        who = (ifrom or args["from"]).bare
        if not await self._users.delete(who):
            raise KeyError(who)

    @op("make_registration_form")
    async def _make_form(self, jid: JID, node: str, ifrom: JID | None, args: Iq) -> Iq:
        user: Mapping[str, str] | None = await self.api["user_get"](None, None, ifrom, args)
        answer = args.reply()
        register = answer[Register]
        register.attach()
        register.registered = user is not None
        # Without any it stands there empty: people's clients show what they find.
        SubElement(register.xml, f"{{{NAMESPACE}}}instructions").text = self.form_instructions or None
        known: dict[str, str] = {}
        for field in self._fields():
            register.add_field(field)
            text = user.get(field) if user is not None else None
            # Section 3.1: "the <password/> element MAY be empty"; it need not travel once more.
            if text and field != "password":
                register[field] = known[field] = text
        if self.data_form:
            register.append(self._make_data_form(known))
        return answer

    def _make_data_form(self, known: Mapping[str, str]) -> Form:
        form = Form()
        form.instructions = self.form_instructions
        form.add_field("FORM_TYPE", "hidden", value=NAMESPACE)
        for field in self._fields():
            kind = "text-private" if field == "password" else "text-single"
            form.add_field(field, kind, label=field.capitalize(), required=True, value=known.get(field))
        return form


def _fill_in(register: Register, form: Form) -> None:
    """Take over the fields of a data form, which takes precedence (section 4)."""
    if form.form_type not in (None, NAMESPACE):
        raise XMPPError("bad-request", "the form is another one than was sent")
    register.del_fields()
    for field in form.fields:
        if field.var in FIELDS:
            register[field.var] = "\n".join(field.texts)
