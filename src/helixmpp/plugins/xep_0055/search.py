"""The plugin ``xep_0055``; see the package's docstring."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from functools import partial
from itertools import islice
from typing import Any, ClassVar

from helixmpp.core.api import PluginAPI
from helixmpp.core.declare import Setting, on, op
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.plugins._answers import send_answer
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0004.stanza import FieldValue
from helixmpp.plugins.xep_0055.stanza import FIELDS, NAMESPACE, Search, SearchItem
from helixmpp.plugins.xep_0055.store import SearchStore
from helixmpp.stanza import Iq

__all__ = ["XEP_0055"]

# Section 7.2.
_LABELS: Mapping[str, str] = {
    "first": "Given Name",
    "last": "Family Name",
    "nick": "Nickname",
    "email": "Email Address",
    "jid": "Jabber ID",
}
_COLLECTIONS: tuple[type, ...] = (tuple, list, set, frozenset)


class XEP_0055(BasePlugin):  # noqa: N801 - the name that programs import
    """Jabber search: in the directories of others, and in that of this component."""

    name = "xep_0055"
    description = "Jabber search: finding people in a directory"
    xep_version = "1.3"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030"}
    extends = ((Iq, Search),)
    api: PluginAPI[SearchStore]

    provide_search = Setting(True, "whether a component answers searches")
    form_fields = Setting[Collection[str]](
        ("first", "last"), "what can be searched for, of a component", kinds=_COLLECTIONS
    )
    form_title = Setting("", "the title of the form, of a component")
    form_instructions = Setting("", "what those who search are told, of a component")
    names_only = Setting(
        False, "whether the form has names alone, and stands alone: no labels, no plain fields"
    )
    max_results = Setting(100, "how many people are given in one answer")

    def plugin_init(self) -> None:
        """Announce the protocol for a component: in a client there is nothing to search."""
        if self.xmpp.is_component:
            disco = self.xmpp.plugin["xep_0030"]
            disco.add_feature(NAMESPACE)
            self._undo.append((partial(disco.del_feature, feature=NAMESPACE), ()))

    # -- searching ------------------------------------------------------------------------------------------

    def get_search_form(
        self,
        jid: JID | str,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Ask a directory for its fields; when awaited, the answer with ``iq["search"]``.

        :param jid: the directory.
        :param ifrom: the address to ask from, for components.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :param callback: called with the answer.
        :raises IqError: (when awaited) there is nothing to search.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        request = self.xmpp.make_iq_get(ito=jid, ifrom=ifrom)
        request[Search].attach()
        return request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)

    def make_search_iq(self, ito: JID | str | None = None, ifrom: JID | str | None = None) -> Iq:
        """Make a search by a form that has no field yet: ``iq["search"]["form"].add_field("last", value="Capulet")``.

        :param ito: the directory.
        :param ifrom: the address to ask from, for components.
        """
        request = self.xmpp.make_iq_set(ito=ito, ifrom=ifrom)
        request[Search].append(_form("submit"))
        return request

    def search(
        self,
        fields: Mapping[str, str] | Form,
        jid: JID | str,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Search a directory; :meth:`results_of` reads the answer.

        :param fields: texts by field (``first``, ``last``, ``nick``, ``email``), or the answer to the form that
            :meth:`get_search_form` brought, for a directory that has one.
        :raises ValueError: there is no such field.

        The other parameters and errors are those of :meth:`get_search_form`.
        """
        request = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        search = request[Search]
        if isinstance(fields, Form):
            search.append(fields)
        else:
            _check(fields)
            search.attach()
            for field, text in fields.items():
                search[field] = text
        return request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)

    def results_of(self, answer: Iq) -> list[dict[str, str]]:
        """Who was found: for each a dictionary with ``jid`` and the fields that the directory gave.

        :raises BadStanza: the directory sent what is no result.
        """
        search = answer.get(Search)
        if search is None:
            return []
        form = search.get(Form)
        if form is not None:
            return [{name: _text(value) for name, value in row.items()} for row in form.get_items()]
        found: list[dict[str, str]] = []
        for item in search.items:
            texts: dict[str, str] = {field: item[field] for field in FIELDS if item[field]}
            found.append({"jid": str(item.jid or ""), **texts})
        return found

    # -- being searched -------------------------------------------------------------------------------------

    def wanted_by(self, request: Iq) -> dict[str, str]:
        """What a request searches for: the texts of the fields that were filled in.

        :raises BadStanza: the peer sent what is no value of a field.
        """
        search = request[Search]
        form = search.get(Form)
        if form is not None:
            # Section 3: the form takes the place of the fields.
            pairs = {field.var: "\n".join(field.texts) for field in form.fields if field.var != "FORM_TYPE"}
        else:
            pairs = {field: search[field] for field in FIELDS}
        return {name: text for name, text in pairs.items() if text}

    def make_result(
        self, request: Iq, people: Iterable[Mapping[str, str]], columns: Collection[str] | None = None
    ) -> Iq:
        """Make the answer to a search: a table where the request was a form, else items.

        :param people: for each a mapping with ``jid`` and further texts; ``max_results`` of them are taken.
        :param columns: the names of the columns; by default ``jid`` and those of ``form_fields``.
        """
        answer = request.reply()
        search = answer[Search]
        search.attach()
        rows = islice(people, self.max_results)
        if request[Search].get(Form) is None:
            for person in rows:
                item = SearchItem()
                item.jid = person.get("jid")
                for field in FIELDS:
                    item[field] = person.get(field, "")
                search.append(item)
            return answer
        form = _form("result")
        names = ("jid", *self._fields()) if columns is None else columns
        for name in names:
            form.add_reported(name, "jid-single" if name == "jid" else "text-single", _LABELS.get(name, name))
        for person in rows:
            form.add_item({name: person.get(name, "") for name in names})
        search.append(form)
        return answer

    @on(Iq, Search, type="get")
    async def _form_asked(self, iq: Iq) -> None:
        form = iq[Search].get(Form)
        if form is not None and form.type == "submit":
            # Only a request of type "set" searches (section 2.1), but some clients ask so; what they mean is clear.
            await self._searched(iq)
            return
        self._only_directory()
        answer: Iq | None = await self.api["search_get_form"](None, None, iq["from"], iq)
        if answer is None:
            raise XMPPError("service-unavailable")
        send_answer(iq, answer)

    @on(Iq, Search, type="set")
    async def _searched(self, iq: Iq) -> None:
        self._only_directory()
        answer: Iq | None = await self.api["search_query"](None, None, iq["from"], iq)
        if answer is not None:
            _name(answer.get(Search))
        send_answer(iq, self.make_result(iq, ()) if answer is None else answer)

    def _only_directory(self) -> None:
        if not (self.xmpp.is_component and self.provide_search):
            raise XMPPError("service-unavailable")

    def _fields(self) -> list[str]:
        """The fields that can be searched for; those of the schema in its order, then those of the form alone."""
        own = [field for field in FIELDS if field in self.form_fields]
        return own + sorted(set(self.form_fields) - set(FIELDS))

    @op("search_get_form")
    def _get_form(self, jid: JID, node: str, ifrom: JID | None, args: Iq) -> Iq:
        answer = args.reply()
        search = answer[Search]
        search.attach()
        form = _form("form")
        form.title = self.form_title
        form.instructions = self.form_instructions
        if not self.names_only:
            search.instructions = self.form_instructions
        for name in self._fields():
            if self.names_only:
                form.add_field(name)
                continue
            if name in FIELDS:
                search.add_field(name)
            form.add_field(name, "text-single", label=_LABELS.get(name, name))
        search.append(form)
        return answer

    @op("search_query")
    def _query(self, jid: JID, node: str, ifrom: JID | None, args: Iq) -> Iq:
        return self.make_result(args, ())


def _form(kind: str) -> Form:
    form = Form()
    form["type"] = kind
    form.add_field("FORM_TYPE", "hidden", value=NAMESPACE)
    return form


def _name(search: Search | None) -> None:
    """Say what the fields of a program's own table mean, where it did not (XEP-0068)."""
    form = None if search is None else search.get(Form)
    if form is not None and "FORM_TYPE" not in form.field:
        kind = form.add_field("FORM_TYPE", "hidden", value=NAMESPACE)
        form.xml.remove(kind.xml)
        form.xml.insert(0, kind.xml)


def _check(fields: Iterable[str]) -> None:
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise ValueError(
            f"there is no field {', '.join(sorted(unknown))} but in a data form; there are: {', '.join(FIELDS)}"
        )


def _text(value: FieldValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "\n".join(value) if isinstance(value, list) else value or ""
