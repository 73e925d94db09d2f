"""The plugin ``xep_0439``; see the package's docstring."""

from collections.abc import Iterable
from types import ModuleType
from typing import ClassVar, TypeVar

import helixmpp.plugins.xep_0439.stanza as quick_response_stanza
from helixmpp.core.declare import Setting, on
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0439.stanza import NAMESPACE, Action, ActionSelected, Response
from helixmpp.stanza import ElementBase, Message, MessageTypes, register_stanza_plugin

__all__ = ["XEP_0439"]

C = TypeVar("C", Response, Action)


class XEP_0439(BasePlugin):  # noqa: N801 - the name that programs import
    """Quick response: offers answers and actions to choose from, and chooses."""

    name = "xep_0439"
    description = "Quick response: answers and actions to choose from, offered by a bot"
    xep_version = "0.1.0"
    extends = ((Message, Response), (Message, Action), (Message, ActionSelected))
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = quick_response_stanza
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE

    max_choices = Setting(100, "how many answers or actions of one message are given to the program")

    def plugin_init(self) -> None:
        """There may be several in a message, which the class variable cannot say."""
        register_stanza_plugin(Message, Response, iterable=True)
        register_stanza_plugin(Message, Action, iterable=True)

    # -- offering -----------------------------------------------------------------------------------------

    def ask_for_responses(
        self,
        mto: JID | str,
        body: str,
        responses: Iterable[tuple[str, str]],
        mtype: MessageTypes = "chat",
        lang: str | None = None,
        *,
        mfrom: JID | str | None = None,
    ) -> Message:
        """Send a question with possible answers (section 5.1); what comes back was sent.

        :param body: the question. For those who do not know the protocol, it lists the answers, too (section 6).
        :param responses: of each answer the value, which is what is sent, and the label, which people see; ``""`` for
            none.
        :param mtype: ``groupchat`` to a room.
        :param lang: the language of all of it.
        :param mfrom: the address to send from, for components.
        :raises ValueError: there are none; one has no value; or values or labels are the same.
        """
        made: list[ElementBase] = []
        for value, label in _distinct(responses):
            response = Response()
            response.value, response.label = value, label
            made.append(response)
        return self._send(mto, body, made, mtype, lang, mfrom)

    def ask_for_actions(
        self,
        mto: JID | str,
        body: str,
        actions: Iterable[tuple[str, str]],
        mtype: MessageTypes = "chat",
        lang: str | None = None,
        *,
        mfrom: JID | str | None = None,
    ) -> Message:
        """Send a message with actions to choose from (section 5.3); what comes back was sent.

        :param body: the text. For those who do not know the protocol, it says how to do the same (section 6).
        :param actions: of each action the id and the label. Ids of different messages should be different ones.
        :param mtype: ``groupchat`` to a room.
        :param lang: the language of all of it.
        :param mfrom: the address to send from, for components.
        :raises ValueError: there are none; one has no id; or ids or labels are the same.
        """
        made: list[ElementBase] = []
        for id_, label in _distinct(actions):
            action = Action()
            action.id, action.label = id_, label
            made.append(action)
        return self._send(mto, body, made, mtype, lang, mfrom)

    def _send(
        self,
        mto: JID | str,
        body: str,
        choices: list[ElementBase],
        mtype: MessageTypes,
        lang: str | None,
        mfrom: JID | str | None,
    ) -> Message:
        message = self.xmpp.make_message(mto, mtype=mtype, mfrom=mfrom)
        # Section 4.1: the language of the choices is that of the body, said at both or at none.
        message[f"body|{lang}" if lang else "body"] = body
        for choice in choices:
            if lang:
                choice["lang"] = lang
            message.append(choice)
        message.send()
        return message

    @staticmethod
    def chosen(message: Message, offered: Message) -> str | None:
        """Which of the answers that we offered a message is; None for none of them (section 5.2).

        Languages count only where both say one: not everybody knows the protocol.

        :param offered: what :meth:`ask_for_responses` gave back.
        """
        body: str = message["body"]
        language = _language_of(message)
        for response in offered.children_of(Response):
            if response.value == body and language in ("", response.get_lang()):
                return response.value
        return None

    # -- choosing -----------------------------------------------------------------------------------------

    def responses_in(self, message: Message) -> list[Response]:
        """Return the answers to choose from; of those with the same value or label only the first."""
        return _first_ones(message.children_of(Response)[: self.max_choices], "value")

    def actions_in(self, message: Message) -> list[Action]:
        """Return the actions to choose from; of those with the same id or label only the first."""
        return _first_ones(message.children_of(Action)[: self.max_choices], "id")

    @staticmethod
    def respond(message: Message, response: Response | str) -> Message:
        """Choose an answer (section 5.2); what comes back was sent.

        :param message: the question.
        :param response: one of its answers, or the value of one.
        :raises ValueError: it is none of them; then it is a message like any other.
        """
        value = response if isinstance(response, str) else response.value
        found = next((one for one in message.children_of(Response) if value and one.value == value), None)
        if found is None:
            raise ValueError(f"{value!r} is none of the answers to choose from")
        answer = message.reply()
        language = found.get_lang()
        answer[f"body|{language}" if language else "body"] = value
        answer.send()
        return answer

    @staticmethod
    def select_action(message: Message, action: Action | str) -> Message:
        """Choose an action (section 5.4); what comes back was sent.

        :param message: the message that offers it.
        :param action: one of its actions, or the id of one.
        :raises ValueError: it is none of them.
        """
        id_ = action if isinstance(action, str) else action.id
        if not id_ or all(one.id != id_ for one in message.children_of(Action)):
            raise ValueError(f"{id_!r} is none of the actions to choose from")
        answer = message.reply()
        answer[ActionSelected].id = id_
        answer.send()
        return answer

    # -- what peers send ----------------------------------------------------------------------------------

    @on(Message, Response)
    def _responses_came(self, message: Message) -> None:
        if message.xml.get("type") != "error" and self.responses_in(message):
            self.xmpp.event("responses_received", message)

    @on(Message, Action)
    def _actions_came(self, message: Message) -> None:
        if message.xml.get("type") != "error" and self.actions_in(message):
            self.xmpp.event("action_received", message)

    @on(Message, ActionSelected)
    def _action_selected(self, message: Message) -> None:
        if message.xml.get("type") != "error" and message[ActionSelected].id:
            self.xmpp.event("action_selected", message)


def _distinct(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    found = list(choices)
    values = {value for value, _ in found}
    labels = [label for _, label in found if label]
    if not found or "" in values:
        raise ValueError("something to choose from is needed, each with a value")
    # Sections 5.1 and 5.3: neither twice in one message.
    if len(values) != len(found) or len(set(labels)) != len(labels):
        raise ValueError("two choices have the same value or label")
    return found


def _first_ones(choices: list[C], name: str) -> list[C]:
    """Leave out what cannot be chosen, and what cannot be told from one before it."""
    seen: set[tuple[str, str]] = set()
    found: list[C] = []
    for choice in choices:
        value, label = choice.xml.get(name, ""), choice.xml.get("label", "")
        keys = [("value", value), ("label", label)] if label else [("value", value)]
        if value and seen.isdisjoint(keys):
            found.append(choice)
            seen.update(keys)
    return found


def _language_of(message: Message) -> str:
    body = message.xml.find(f"{{{message.namespace}}}body")
    own = "" if body is None else body.get("{http://www.w3.org/XML/1998/namespace}lang", "")
    return own or message.get_lang()
