"""The plugin ``xep_0077``; see the package's docstring."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial
from typing import Any, ClassVar
from xml.etree.ElementTree import SubElement

from helixmpp.core.api import PluginAPI
from helixmpp.core.client import ClientXMPP
from helixmpp.core.declare import Setting, on, op
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.plugins._answers import send_answer
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0077.stanza import FIELDS, NAMESPACE, Register, RegisterFeature
from helixmpp.plugins.xep_0077.store import RegistrationStore
from helixmpp.plugins.xep_0077.users import SLACK, Users
from helixmpp.plugins.xep_0077.view import UserView
from helixmpp.stanza import Iq, StanzaBase, StreamFeatures

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

    form_fields = Setting[Collection[str]](
        ("username", "password"), "what users have to fill in, of a component", kinds=_COLLECTIONS
    )
    form_instructions = Setting("", "what they are told, of a component")
    data_form = Setting(False, "whether the same is asked by a data form as well")
    max_users = Setting(100_000, "how many users the default store keeps; more are refused")
    max_field = Setting(1_024, "the longest text that it keeps in a field, in characters")

    def plugin_init(self) -> None:
        """Announce the protocol for a component: with a client nobody registers."""
        size = self.max_field * len(FIELDS) * _BYTES_OF_A_CHARACTER
        self._users = Users(
            lambda: self.collection("users", limit=self.max_users + SLACK, value_limit=size),
            lambda: self.max_users,
        )
        if self.xmpp.is_component:
            disco = self.xmpp.plugin["xep_0030"]
            disco.add_feature(NAMESPACE)
            self._undo.append((partial(disco.del_feature, feature=NAMESPACE), ()))

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
        return request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)

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
