"""XEP-0128, Service Discovery Extensions: more about an entity than its identities and features.

The answer to "what are you" (XEP-0030) may hold forms (XEP-0004), each with a FORM_TYPE that says what it is
about: the operating system, the topic of a room, where to complain.

Use::

    xmpp.register_plugin("xep_0128")
    form = xmpp.plugin["xep_0004"].make_form("result")
    form.add_field("FORM_TYPE", "hidden", value="urn:xmpp:dataforms:softwareinfo")
    form.add_field("os", value="Linux")
    await xmpp.plugin["xep_0128"].add_extended_info(data=form)

Of others, ``info["forms"]`` has them, ``info`` being what XEP-0030 gives.

Events: none.

Operations: ``set_extended_info``, ``add_extended_info`` and ``del_extended_info``, typed by
:class:`ExtendedInfoStore`. The default ones read and write by the operations ``get_info`` and ``set_info`` of
XEP-0030, so that a store that takes the place of those has the forms as well.

Limits: ``max_forms`` forms at one node. There is one form of a FORM_TYPE: two would make capabilities that
nobody believes (XEP-0115 section 5.4).

Version: XEP-0128 1.0.1.
"""

from collections.abc import Awaitable, Iterable
from copy import copy
from typing import Any, ClassVar, Protocol, TypedDict

from helixmpp.core.api import PluginAPI
from helixmpp.core.declare import Setting, op
from helixmpp.core.done import Done
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import FieldValueError, StorageError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.plugins.xep_0030.disco import XEP_0030
from helixmpp.plugins.xep_0030.stanza import DiscoInfo
from helixmpp.stanza import Iq, register_stanza_plugin

__all__ = ["XEP_0128", "ExtendedInfo", "ExtendedInfoArgs", "ExtendedInfoStore"]

OptJid = JID | str | None


class ExtendedInfoArgs(TypedDict, total=False):
    """One form or several."""

    data: Form | Iterable[Form] | None


#: What the operations take; a form stands for itself.
ExtendedInfo = ExtendedInfoArgs | Form


class ExtendedInfoStore(Protocol):
    """The operations of the plugin ``xep_0128``; each may be a plain function or a coroutine function.

    ``jid`` is the address of ours and ``node`` the node that the forms are about; ``ifrom`` is None.
    """

    def set_extended_info(
        self, jid: JID, node: str, ifrom: JID | None, args: ExtendedInfo
    ) -> Awaitable[None] | None:
        """Have these forms, in the place of all."""
        ...

    def add_extended_info(
        self, jid: JID, node: str, ifrom: JID | None, args: ExtendedInfo
    ) -> Awaitable[None] | None:
        """Add forms; one of a FORM_TYPE that is there already takes its place."""
        ...

    def del_extended_info(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> Awaitable[None] | None:
        """Take all forms away."""
        ...


class XEP_0128(BasePlugin):  # noqa: N801 - the name that programs import
    """Forms in the answers of service discovery."""

    name = "xep_0128"
    description = "Service discovery extensions: more about an entity, in forms"
    xep_version = "1.0.1"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0004"}
    api: PluginAPI[ExtendedInfoStore]

    max_forms = Setting(50, "how many forms one node has")

    def plugin_init(self) -> None:
        """Make forms known to the answers of service discovery; there may be several."""
        register_stanza_plugin(DiscoInfo, Form, iterable=True)

    def set_extended_info(
        self, jid: OptJid = None, node: str | None = None, data: Form | Iterable[Form] | None = None
    ) -> Awaitable[None]:
        """Have these forms at a node, in the place of all.

        :param jid: which address of ours; by default the one of the stream.
        :param node: which node; by default the entity itself.
        :param data: a form, or several; each becomes one of type ``result``.
        :raises FieldValueError: it is no form.
        :raises StorageError: these are more than ``max_forms``.
        """
        return self.api["set_extended_info"](jid, node, None, {"data": data})

    def add_extended_info(
        self, jid: OptJid = None, node: str | None = None, data: Form | Iterable[Form] | None = None
    ) -> Awaitable[None]:
        """Add forms to a node; the parameters and errors are those of :meth:`set_extended_info`."""
        return self.api["add_extended_info"](jid, node, None, {"data": data})

    def del_extended_info(self, jid: OptJid = None, node: str | None = None) -> Awaitable[None]:
        """Take all forms of a node away."""
        return self.api["del_extended_info"](jid, node, None, {})

    # -- the default store ----------------------------------------------------------------------------------

    @op("set_extended_info")
    def _set_extended_info(
        self, jid: JID, node: str, ifrom: JID | None, args: ExtendedInfo
    ) -> Awaitable[None]:
        return self._change(jid, node, _forms_of(args), keep=False)

    @op("add_extended_info")
    def _add_extended_info(
        self, jid: JID, node: str, ifrom: JID | None, args: ExtendedInfo
    ) -> Awaitable[None]:
        return self._change(jid, node, _forms_of(args), keep=True)

    @op("del_extended_info")
    def _del_extended_info(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> Awaitable[None]:
        return self._change(jid, node, [], keep=False)

    def _change(self, jid: JID, node: str, forms: list[Form], *, keep: bool) -> Awaitable[None]:
        disco = self.xmpp.plugin[XEP_0030]
        try:
            found = disco.api["get_info"](jid, node, None, {})
        except XMPPError:
            found = Done(None)  # nothing was said of the node yet
        if isinstance(found, Done):
            # Done at once, so that programs that have no loop yet need not await it.
            return self._write(jid, node, found.result(), forms, keep=keep)
        return self._change_later(found, jid, node, forms, keep=keep)

    async def _change_later(
        self, found: Awaitable[Any], jid: JID, node: str, forms: list[Form], *, keep: bool
    ) -> None:
        try:
            old = await found
        except XMPPError:
            old = None
        await self._write(jid, node, old, forms, keep=keep)

    def _write(
        self, jid: JID, node: str, old: DiscoInfo | Iq | None, forms: list[Form], *, keep: bool
    ) -> Awaitable[None]:
        if isinstance(old, Iq):
            old = old[DiscoInfo]
        info = DiscoInfo() if old is None else copy(old)
        if node:
            info.node = node
        new = {form.form_type or id(form): form for form in forms}
        kept = [form for form in info.children_of(Form) if keep and form.form_type not in new]
        if len(kept) + len(new) > self.max_forms:
            raise StorageError(f"a node has at most {self.max_forms} forms (max_forms)")
        info.replace_elements(
            [form.xml for form in info.children_of(Form)],
            [*(copy(form) for form in kept), *new.values()],
            "data",
        )
        return self.xmpp.plugin[XEP_0030].api["set_info"](jid, node, None, info)


def _forms_of(args: ExtendedInfo) -> list[Form]:
    data = args if isinstance(args, Form) else args.get("data")
    several: list[object] = [data] if isinstance(data, Form) else list(data or ())
    made: list[Form] = []
    for form in several:
        if not isinstance(form, Form):
            raise FieldValueError(f"a Form is needed, not {type(form).__name__}")
        result = copy(form)
        # "an <x/> element of type 'result'" (section 2)
        result["type"] = "result"
        made.append(result)
    return made
