"""The plugin ``xep_0020``; see the package's docstring."""

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeAlias

from helixmpp.core.declare import Setting, on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins._contacts import contact, is_own_account
from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.plugins.xep_0020.stanza import NAMESPACE, FeatureNegotiation
from helixmpp.stanza import Iq, Message

__all__ = ["XEP_0020"]

Choices: TypeAlias = Mapping[str, str]
#: What a program gives to :meth:`XEP_0020.accept`.
Chooser: TypeAlias = Callable[[Iq, dict[str, list[str]]], Choices | Awaitable[Choices]]


class XEP_0020(BasePlugin):  # noqa: N801 - the name that programs import
    """Feature negotiation: offers options to peers, and chooses among theirs."""

    name = "xep_0020"
    description = "Feature negotiation: two agree on options by a form"
    xep_version = "1.6"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030"}
    extends = ((Iq, FeatureNegotiation), (Message, FeatureNegotiation))
    features = (NAMESPACE,)

    max_kinds = Setting(100, "for how many kinds of negotiation there may be a function")
    from_strangers = Setting(False, "whether those who are not in our roster are answered, too")

    def plugin_init(self) -> None:
        """Nothing is negotiable yet."""
        self._choosers: dict[str, Chooser] = {}

    # -- for programs -------------------------------------------------------------------------------------

    async def offer(
        self,
        jid: JID | str,
        form_type: str,
        options: Mapping[str, Iterable[str]],
        ifrom: JID | str | None = None,
        *,
        timeout: float | None = None,
    ) -> dict[str, str]:
        """Offer options to a peer; what it chose of each (section 2.1).

        :param jid: the full address of whom.
        :param form_type: what is negotiated, a name that both know.
        :param options: for each the values that it may have.
        :param ifrom: the address to ask from, for components.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :raises ValueError: there is no option, or one without a value.
        :raises IqError: the peer knows no negotiation (``service-unavailable``), or not one of the options
            (``feature-not-implemented``), or none of the values suits it (``not-acceptable``).
        :raises IqTimeout: no answer came in time.
        :raises BadStanza: the peer chose what was not offered, or chose nothing.
        """
        offered = {name: list(values) for name, values in options.items()}
        if not offered or not all(offered.values()):
            raise ValueError("a negotiation needs options, each with a value that it may have")
        request = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        form = request[FeatureNegotiation][Form]
        form.type = "form"
        form.add_field("FORM_TYPE", "hidden", value=form_type)
        for name, values in offered.items():
            form.add_field(name, "list-single", options=values)
        answer = await request.send(timeout=timeout)
        found = answer[FeatureNegotiation][Form].field
        chosen: dict[str, str] = {}
        for name, values in offered.items():
            texts = found[name].texts if name in found else []
            if len(texts) != 1 or texts[0] not in values:
                raise BadStanza("the peer chose something that was not offered, or nothing")
            chosen[name] = texts[0]
        return chosen

    def accept(self, form_type: str, choose: Chooser | None) -> None:
        """Have ``choose(iq, offered)`` give the values for negotiations of one kind; None takes it off.

        :raises ValueError: there are ``max_kinds`` of them.
        """
        if choose is None:
            self._choosers.pop(form_type, None)
            return
        if form_type not in self._choosers and len(self._choosers) >= self.max_kinds:
            raise ValueError(f"no more than {self.max_kinds} kinds (max_kinds) can be negotiated")
        self._choosers[form_type] = choose

    # -- what peers send ----------------------------------------------------------------------------------

    # The text of section 2 has "get", its example "set".
    @on(Iq, FeatureNegotiation, type="get")
    @on(Iq, FeatureNegotiation, type="set")
    async def _offered(self, iq: Iq) -> None:
        form = iq[FeatureNegotiation].get(Form)
        kind = (form.form_type if form is not None else None) or ""
        choose = self._choosers.get(kind)
        if form is None or choose is None or not self._may_ask(iq):
            # The same for whoever may not know that we are there (section 3).
            raise XMPPError("service-unavailable")
        offered = {
            name: [option.value for option in field.options]
            for name, field in form.field.items()
            if name != "FORM_TYPE"
        }
        if not offered or not all(offered.values()):
            raise XMPPError("bad-request", "an option has no value that it may have")
        found: Any = choose(iq, offered)
        chosen: Choices = await found if inspect.isawaitable(found) else found
        for name, values in offered.items():
            if name not in chosen:
                raise XMPPError("feature-not-implemented", name)
            if chosen[name] not in values:
                raise XMPPError("not-acceptable", name)
        answer = iq.reply()
        filled = answer[FeatureNegotiation][Form]
        filled.type = "submit"
        filled.add_field("FORM_TYPE", "hidden", value=kind)
        for name in offered:
            filled.add_field(name, value=chosen[name])
        answer.send()

    def _may_ask(self, iq: Iq) -> bool:
        if self.from_strangers or is_own_account(self.xmpp, iq["from"], iq["to"]):
            return True
        item = contact(self.xmpp, iq["from"], iq["to"])
        return item is not None and item.kept
