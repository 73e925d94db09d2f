"""``<command/>`` of XEP-0050 section 4: a request to run a command, or how far it has come."""

from collections.abc import Iterable
from typing import ClassVar, Final, Literal
from xml.etree.ElementTree import Element, SubElement

from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0004 import Form
from helixmpp.stanza import Attr, ElementBase, codec_for, one_of, register_stanza_plugin

__all__ = ["NAMESPACE", "Action", "Command", "Note"]

NAMESPACE = "http://jabber.org/protocol/commands"

Action = Literal["execute", "cancel", "prev", "next", "complete"]
#: A remark for people: its type and its text.
Note = tuple[str, str]

_NOTE: Final = f"{{{NAMESPACE}}}note"
_ACTIONS: Final = f"{{{NAMESPACE}}}actions"
_NEXT_ACTIONS: Final = ("prev", "next", "complete")  # in the order of the schema
_ACTION: Final = one_of("execute", "cancel", "prev", "next", "complete", "")
_STATUS: Final = one_of("executing", "completed", "canceled", "")
_NOTE_TYPES: Final = ("info", "warn", "error")
# How programs also spell them.
_NOTE_ALIASES: Final = {"warning": "warn"}


class Command(ElementBase):
    """A command: its ``node``, the ``sessionid``, what is to be done (``action``) or was (``status``).

    The keys are ``node``, ``sessionid``, ``action``, ``status``, ``actions`` (the set of the actions that the
    other side may take next) and ``notes`` (a list of type and text). A form in it is ``command["form"]``, or typed
    ``command[Form]``.
    """

    name = "command"
    namespace = NAMESPACE
    plugin_attrib = "command"
    interfaces: ClassVar[set[str]] = {"actions", "notes"}
    #: Every action of a request.
    actions: ClassVar[set[str]] = {"cancel", "complete", "execute", "next", "prev"}
    #: Every status of an answer.
    statuses: ClassVar[set[str]] = {"canceled", "completed", "executing"}
    #: The actions that an answer may offer; to cancel is always allowed.
    next_actions: ClassVar[set[str]] = set(_NEXT_ACTIONS)

    node = Attr(str)
    sessionid = Attr(str)
    action = Attr(_ACTION, default="")
    status = Attr(_STATUS, default="")

    def get_action(self) -> str:
        """Return what is to be done; in a request ``execute`` is the default (section 4.1)."""
        found = Command.action.read(self)
        owner = self._owner()
        if not found and owner is not None and owner.xml.get("type") == "set":
            return "execute"
        return found

    # -- what may come next (section 4.2) -------------------------------------------------------------------

    def get_actions(self) -> set[str]:
        """Return the actions that may be taken next."""
        parent = self.xml.find(_ACTIONS)
        if parent is None:
            return set()
        return {name for name in _NEXT_ACTIONS if parent.find(f"{{{NAMESPACE}}}{name}") is not None}

    def set_actions(self, values: Iterable[str]) -> None:
        """Offer these actions; ``execute`` then stands for ``next``, or without that for ``complete``.

        :raises FieldValueError: it is none of ``prev``, ``next`` and ``complete``.
        """
        wanted = set(values)
        if wanted - self.next_actions:
            raise FieldValueError(f"the next actions are some of {', '.join(_NEXT_ACTIONS)}")
        self.del_actions()
        if not wanted:
            return
        parent = Element(_ACTIONS)
        for name in _NEXT_ACTIONS:
            if name in wanted:
                SubElement(parent, f"{{{NAMESPACE}}}{name}")
        # Section 3.4: without the attribute it is "next", whether that is allowed or not.
        if "complete" in wanted and "next" not in wanted:
            parent.set("execute", "complete")
        self.xml.append(parent)
        self.attach()

    def del_actions(self) -> None:
        """Offer no actions."""
        self._drop_all(_ACTIONS)

    @property
    def default_action(self) -> str:
        """What ``execute`` stands for in the next request (section 3.4)."""
        parent = self.xml.find(_ACTIONS)
        return "complete" if parent is None else parent.get("execute", "next")

    # -- remarks (section 4.3) --------------------------------------------------------------------------------

    def get_notes(self) -> list[Note]:
        """Return the remarks: tuples of type and text."""
        return [(note.get("type", "info"), note.text or "") for note in self.xml.findall(_NOTE)]

    def set_notes(self, notes: Iterable[Note] | None) -> None:
        """Have these remarks in the place of all; raises as :meth:`add_note`."""
        made = [_note(text, ntype) for ntype, text in notes or ()]
        self.del_notes()
        self.xml.extend(made)
        if made:
            self.attach()

    def del_notes(self) -> None:
        """Take every remark out."""
        self._drop_all(_NOTE)

    def add_note(self, msg: str = "", ntype: str = "info") -> None:
        """Add a remark.

        :param msg: the text, for people.
        :param ntype: ``info``, ``warn`` or ``error``. A command that has failed needs one of ``error`` (section 3.6).
        :raises FieldValueError: there is no such type, or XML cannot hold the text.
        """
        self.xml.append(_note(msg, ntype))
        self.attach()

    def _drop_all(self, tag: str) -> None:
        found = self.xml.findall(tag)
        if found:
            self._drop(found)


def _note(text: str, ntype: str) -> Element:
    kind = _NOTE_ALIASES.get(ntype, ntype)
    if kind not in _NOTE_TYPES:
        raise FieldValueError(f"a note is of one of the types {', '.join(_NOTE_TYPES)}")
    note = Element(_NOTE, {"type": kind})
    try:
        note.text = codec_for(str).format(text)
    except (TypeError, ValueError) as error:
        raise FieldValueError(f"the text of a note: {error}") from None
    return note


# Section 3.5: payloads that are handed to the handlers.
register_stanza_plugin(Command, Form, iterable=True)
