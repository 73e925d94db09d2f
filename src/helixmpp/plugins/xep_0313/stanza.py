"""``<query/>``, ``<result/>``, ``<fin/>`` and ``<metadata/>`` of XEP-0313."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from helixmpp.errors import BadStanza, FieldValueError, InvalidJID
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.plugins.xep_0059.stanza import Set
from helixmpp.plugins.xep_0297.stanza import Forwarded
from helixmpp.stanza import (
    Attr,
    ElementBase,
    Flag,
    Message,
    codec_for,
    register_stanza_plugin,
)

__all__ = ["MAM", "NAMESPACE", "End", "Fin", "Metadata", "Result", "Start"]

NAMESPACE = "urn:xmpp:mam:2"

_WHEN = codec_for(datetime)


class MAM(ElementBase):
    """What is asked of an archive: ``iq["mam"]["start"]``, ``end``, ``with``, ``before_id``, ``after_id``, ``ids``.

    These stand in a form (section 4.1), and are None or empty where they are not said. In what a query gives back,
    ``iq["mam"]["results"]`` has the messages of the archive that came for it.
    """

    name = "query"
    namespace = NAMESPACE
    plugin_attrib = "mam"
    interfaces: ClassVar[set[str]] = {
        *("start", "end", "with", "before_id", "after_id", "ids", "include_groupchat", "results"),
    }

    queryid = Attr(str)
    node = Attr(str)
    flip_page = Flag("flip-page")

    _results: list[Message] | None = None

    @property
    def results(self) -> list[Message]:
        """The messages of the archive that came for the query, each with ``message["mam_result"]``."""
        return self.get_results()

    @results.setter
    def results(self, messages: list[Message]) -> None:
        self._results = messages

    def get_results(self) -> list[Message]:
        """Return the messages of the archive that came for the query."""
        return self._results or []

    def set_results(self, messages: list[Message]) -> None:
        """Keep messages with this object; they are no part of its element."""
        self._results = messages

    def del_results(self) -> None:
        """Keep none."""
        self._results = None

    # -- the filters (section 4.1) --------------------------------------------------------------------------

    def get_start(self) -> datetime | None:
        """Return the moment from which on messages are asked for."""
        return self._moment("start")

    def set_start(self, value: datetime | str | None) -> None:
        """Ask for messages from a moment on; it needs a zone."""
        self._set("start", None if value is None else [_written(value, "start")])

    def del_start(self) -> None:
        """Ask for messages from the first one on."""
        self._set("start", None)

    def get_end(self) -> datetime | None:
        """Return the moment up to which messages are asked for."""
        return self._moment("end")

    def set_end(self, value: datetime | str | None) -> None:
        """Ask for messages up to a moment; it needs a zone."""
        self._set("end", None if value is None else [_written(value, "end")])

    def del_end(self) -> None:
        """Ask for messages up to the last one."""
        self._set("end", None)

    def get_with(self) -> JID | None:
        """Return whose messages are asked for: those to and from this address."""
        text = self._text("with")
        if not text:
            return None
        try:
            return JID.parse(text, lenient=True)
        except InvalidJID:
            raise BadStanza("MAM.with is no valid address", "jid-malformed") from None

    def set_with(self, value: JID | str | None) -> None:
        """Ask for messages to and from an address."""
        self._set("with", [JID(value).full] if value else None)

    def del_with(self) -> None:
        """Ask for messages to and from everybody."""
        self._set("with", None)

    def get_before_id(self) -> str:
        """Return the id of the message before which those are that are asked for."""
        return self._text("before-id")

    def set_before_id(self, value: str | None) -> None:
        """Ask for messages before the one of an id."""
        self._set("before-id", [value] if value else None)

    def del_before_id(self) -> None:
        """Do not."""
        self._set("before-id", None)

    def get_after_id(self) -> str:
        """Return the id of the message behind which those are that are asked for."""
        return self._text("after-id")

    def set_after_id(self, value: str | None) -> None:
        """Ask for messages behind the one of an id."""
        self._set("after-id", [value] if value else None)

    def del_after_id(self) -> None:
        """Do not."""
        self._set("after-id", None)

    def get_ids(self) -> list[str]:
        """Return the ids of the messages that are asked for."""
        form = self.get(Form)
        field = form.field.get("ids") if form is not None else None
        return list(field.texts) if field is not None else []

    def set_ids(self, values: Iterable[str] | None) -> None:
        """Ask for the messages of these ids."""
        self._set("ids", list(values or ()) or None)

    def del_ids(self) -> None:
        """Do not."""
        self._set("ids", None)

    def get_include_groupchat(self) -> bool | None:
        """Return whether messages of rooms are asked for; None where it is left to the server."""
        text = self._text("include-groupchat")
        return None if not text else text in ("true", "1")

    def set_include_groupchat(self, value: bool | None) -> None:
        """Say whether messages of rooms are asked for; only where the server announces it (section 4.1.4)."""
        self._set("include-groupchat", None if value is None else ["true" if value else "false"])

    def del_include_groupchat(self) -> None:
        """Leave it to the server."""
        self._set("include-groupchat", None)

    def add_filter(self, var: str, value: str | Iterable[str]) -> None:
        """Ask for what else an archive knows (section 4.1.5), by the name of a field and a text or several."""
        self._set(var, [value] if isinstance(value, str) else list(value))

    def _text(self, var: str) -> str:
        form = self.get(Form)
        field = form.field.get(var) if form is not None else None
        return field.texts[0] if field is not None and field.texts else ""

    def _moment(self, var: str) -> datetime | None:
        text = self._text(var)
        try:
            return _WHEN.parse(text) if text else None
        except ValueError:
            raise BadStanza(f"MAM.{var} has a value that does not parse") from None

    def _set(self, var: str, texts: list[str] | None) -> None:
        form = self.get(Form)
        if texts is None:
            if form is not None:
                kept = [field for field in form.fields if field.var != var]
                form["fields"] = kept
                if not any(field.var != "FORM_TYPE" for field in kept):
                    del self[Form]
            return
        if form is None:
            form = Form()
            form["type"] = "submit"
            form.add_field(var="FORM_TYPE", ftype="hidden", value=NAMESPACE)
            self.append(form)
        else:
            form["fields"] = [field for field in form.fields if field.var != var]
        form.add_field(var=var, value=texts if len(texts) > 1 else texts[0] if texts else [])


class Result(ElementBase):
    """A message of an archive: ``message["mam_result"]["forwarded"]["stanza"]``, its ``id`` there, the ``queryid``.

    Only what came for a query of ours was looked at: anybody can send such an element.
    """

    name = "result"
    namespace = NAMESPACE
    plugin_attrib = "mam_result"

    id = Attr(str)
    queryid = Attr(str)

    @property
    def message(self) -> Message | None:
        """The message of the archive; None where the archive keeps only that there was one."""
        forwarded = self.get(Forwarded)
        return None if forwarded is None else forwarded.message

    @property
    def stamp(self) -> datetime | None:
        """When the archive got it."""
        forwarded = self.get(Forwarded)
        found: Any = None if forwarded is None else forwarded["delay"]["stamp"]
        return found if isinstance(found, datetime) else None


class Fin(ElementBase):
    """The end of a page: whether it was the last one (``complete``), and whether it may yet change (not ``stable``)."""

    name = "fin"
    namespace = NAMESPACE
    plugin_attrib = "mam_fin"
    interfaces: ClassVar[set[str]] = {"results"}

    complete = Attr(bool, default=False)
    stable = Attr(bool, default=True)

    _results: list[Message] | None = None

    def get_results(self) -> list[Message]:
        """Return the messages of the page."""
        return self._results or []

    def keep(self, messages: list[Message]) -> None:
        """Keep the messages of the page with this object; they are no part of its element."""
        self._results = messages


class Start(ElementBase):
    """The first message of an archive."""

    name = "start"
    namespace = NAMESPACE
    plugin_attrib = "start"

    id = Attr(str)
    timestamp = Attr(datetime)


class End(ElementBase):
    """The last message of an archive."""

    name = "end"
    namespace = NAMESPACE
    plugin_attrib = "end"

    id = Attr(str)
    timestamp = Attr(datetime)


class Metadata(ElementBase):
    """What an archive has: ``["start"]`` and ``["end"]``, each with ``id`` and ``timestamp``.

    They are its first and last message; there is neither where it is empty.
    """

    name = "metadata"
    namespace = NAMESPACE
    plugin_attrib = "mam_metadata"


register_stanza_plugin(Metadata, Start)
register_stanza_plugin(Metadata, End)


def _written(value: datetime | str, where: str) -> str:
    try:
        return _WHEN.format(value if isinstance(value, datetime) else _WHEN.parse(value))
    except (TypeError, ValueError) as error:
        raise FieldValueError(f"MAM.{where}: {error}") from None


register_stanza_plugin(MAM, Form)
register_stanza_plugin(MAM, Set)
register_stanza_plugin(Fin, Set)
register_stanza_plugin(Result, Forwarded)
