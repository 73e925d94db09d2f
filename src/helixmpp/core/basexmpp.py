"""What clients and components have in common: a stream, plugins with their state, a roster."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar, overload

from helixmpp.core.api import APIRegistry
from helixmpp.core.engines import (
    AsyncStore,
    Engine,
    KeyValue,
    Log,
    StoredState,
    check_storage,
    engine_for,
    stored_state,
)
from helixmpp.core.legacy_members import LegacyMembers
from helixmpp.core.messages import MessageEvents
from helixmpp.core.plugin_loader import PLUGINS
from helixmpp.core.plugin_manager import PluginManager
from helixmpp.core.roster import Roster, SubscriptionHandling
from helixmpp.core.settings import check_type
from helixmpp.errors import InvalidJID, PluginImportError, StorageError
from helixmpp.jid import JID
from helixmpp.stanza import Presence

if TYPE_CHECKING:
    from helixmpp.core.durable import Durable
    from helixmpp.core.roster import RosterNode

__all__ = ["BaseXMPP"]

log = logging.getLogger(__name__)

P = TypeVar("P")

# What a server takes of one stanza is rarely a tenth of this, in bytes.
_LONGEST_SENT = 16_777_216
_NO_LIMIT = 2**31


class BaseXMPP(LegacyMembers, MessageEvents, SubscriptionHandling):
    """The base of :class:`ClientXMPP` and :class:`ComponentXMPP`; programs use one of these.

    :param jid: our own address.
    :param default_ns: the namespace of the stanzas.
    :param plugin_config: settings for plugins, by name.
    :param storage: where plugins keep their state: a URL, an :class:`Engine`, or None for memory.
    :param plugin_whitelist: the plugins that :meth:`register_plugins` enables.
    :raises InvalidJID: the address is none, or empty.
    :raises TypeError: an argument is of the wrong type; the message names it.
    :raises StorageError: no engine answers to the scheme of ``storage``.
    """

    def __init__(
        self,
        jid: JID | str,
        default_ns: str,
        plugin_config: Mapping[str, Mapping[str, Any]] | None = None,
        storage: str | Engine | AsyncStore | None = None,
        plugin_whitelist: Iterable[str] | None = None,
    ) -> None:
        check_type("jid", jid, str, JID)
        check_type("plugin_config", plugin_config, Mapping, or_none=True)
        check_storage(storage)
        super().__init__(jid, default_ns)
        if not self.requested_jid:
            raise InvalidJID("jid is empty: give our own address, such as 'me@example.org'")
        if isinstance(plugin_whitelist, str):
            # A text is a list of letters, too.
            raise TypeError("plugin_whitelist is a list of names, not str")
        #: The plugins that :meth:`register_plugins` enables.
        self.plugin_whitelist: list[str] = list(plugin_whitelist or ())
        self._storage_ = storage
        self._engine_: Engine | None = None
        self._engine_is_ours_ = not isinstance(storage, Engine)
        self.api = APIRegistry(self)
        self.plugin = PluginManager(self, plugin_config)
        self.roster = Roster(self)
        self._install_messages_()
        self._install_subscriptions_()

    async def aclose(self) -> None:
        """Disconnect, end every task and timer, and close the storage engine that we opened."""
        await super().aclose()
        engine, self._engine_ = self._engine_, None
        if engine is not None and self._engine_is_ours_:
            try:
                await engine.close()
            except StorageError as error:
                self.exception(error)

    async def prepare_connection(self) -> None:
        """Make ready for connecting: what an earlier process left is here before the session.

        :raises StorageError: the storage cannot be read.
        """
        await super().prepare_connection()
        await self.roster.load()

    def _session_begins_(self) -> None:
        self.plugin.session_bind(self.boundjid)

    def _session_ends_(self) -> None:
        self.roster.reset()

    def _presence_sent_(self, presence: Presence) -> None:
        self.roster.presence_sent(presence)

    # -- plugins and their state ----------------------------------------------------------------------------

    @overload
    def register_plugin(
        self,
        plugin: type[P],
        pconfig: Mapping[str, Any] | None = None,
        module: str | ModuleType | None = None,
    ) -> P: ...
    @overload
    def register_plugin(
        self, plugin: str, pconfig: Mapping[str, Any] | None = None, module: str | ModuleType | None = None
    ) -> Any: ...
    def register_plugin(
        self,
        plugin: str | type[Any],
        pconfig: Mapping[str, Any] | None = None,
        module: str | ModuleType | None = None,
    ) -> Any:
        """Enable a plugin, with what it depends on, and give it back.

        :param plugin: a name such as ``"xep_0231"``, or a plugin class.
        :param pconfig: its settings; a plugin that is enabled already, such as by another that depends on
            it, takes these over.
        :param module: where it is, when it is not one of ours.
        :raises PluginNotFound: no plugin has that name.
        :raises PluginImportError: its module fails to import.
        :raises TypeError: ``plugin`` is neither, or a setting has a value of the wrong type.
        """
        return self.plugin.register(plugin, pconfig, module)

    def register_plugins(self) -> None:
        """Enable every plugin of ``plugin_whitelist``, each with its settings of ``plugin_config``.

        With an empty one nothing is enabled, and the log says so: a program names the plugins that it uses. Where
        helixmpp stands in for slixmpp (:mod:`helixmpp.as_slixmpp`) it is then every name in
        ``slixmpp.plugins.PLUGINS``, as such programs expect; one that fails to import is left out, and the log
        says why.

        :raises PluginNotFound: no plugin has one of the names.
        :raises PluginImportError: the module of one fails to import.
        """
        if not self.plugin_whitelist and not PLUGINS:
            log.warning("register_plugins() enables nothing: plugin_whitelist is empty")
        for name in self.plugin_whitelist or tuple(PLUGINS):
            try:
                self.register_plugin(name)
            except PluginImportError as error:
                if self.plugin_whitelist:
                    raise
                log.warning("register_plugins() leaves %s out: %s", name, error)

    def get(self, key: str, default: Any = None) -> Any:
        """The plugin of that name, or ``default``: ``xmpp.get("xep_0030")``."""
        return self.plugin.get(key, default)

    def __getitem__(self, key: str) -> Any:
        """The plugin of that name: ``xmpp["xep_0030"]``."""
        return self.plugin[key]

    def collection(self, name: str, *, limit: int, value_limit: int) -> KeyValue:
        """A collection of this account on the engine that ``storage=`` chose."""
        return self._storage_engine_().collection(
            self.requested_jid.bare, name, limit=limit, value_limit=value_limit
        )

    def make_durable(self) -> Durable | None:
        """The durable outbox on the engine that ``storage=`` chose; one for each resource of an account."""
        wanted = self.durable_outbox
        lasting = self._storage_ is not None and not str(self._storage_).startswith("memory:")
        if wanted is None:
            wanted = lasting and not self.is_component
        if not wanted:
            return None
        from helixmpp.core.durable import Durable  # noqa: PLC0415 - few have one; it brings the whole protocol

        name = f"outbox/{self.requested_jid.resource}"
        return Durable(
            self._outbox_,
            # How many may wait is looked at when they are taken. Here each stands twice while it is numbered anew,
            # and during a session there may be more.
            self.open_log(name, limit=_NO_LIMIT, value_limit=_LONGEST_SENT),
            self.collection(name, limit=10, value_limit=65_536),
            self._tasks_.start,
            _LONGEST_SENT,
        )

    def open_log(self, name: str, *, limit: int, value_limit: int) -> Log:
        """An ordered log of this account on the engine that ``storage=`` chose."""
        return self._storage_engine_().log(
            self.requested_jid.bare, name, limit=limit, value_limit=value_limit
        )

    @property
    def storage(self) -> StoredState:
        """All that is kept for this account: ``await xmpp.storage.export("bot.jsonl")``, ``import_("bot.jsonl")``.

        A program may have something of its own under this name, as under each that begins with no underscore.

        :raises StorageError: the engine that ``storage=`` names cannot be opened.
        """
        given: StoredState | None = self.__dict__.get("storage")
        if given is not None:
            return given
        return stored_state(self._storage_engine_(), self.requested_jid.bare)

    @storage.setter
    def storage(self, value: Any) -> None:
        self.__dict__["storage"] = value

    def _storage_engine_(self) -> Engine:
        if self._engine_ is None:
            self._engine_ = engine_for(self._storage_)
        return self._engine_

    # -- roster ------------------------------------------------------------------------------------------------

    @property
    def client_roster(self) -> RosterNode:
        """The roster of our own bare JID."""
        return self.roster[self.boundjid.bare]

    @property
    def auto_authorize(self) -> bool | None:
        """Whether requests for a subscription are granted: True, False (refused), None (left to the program)."""
        return self.roster.auto_authorize

    @auto_authorize.setter
    def auto_authorize(self, value: bool | None) -> None:
        self.roster.auto_authorize = value

    @property
    def auto_subscribe(self) -> bool:
        """Whether a granted subscription is answered with a request for the other direction."""
        return self.roster.auto_subscribe

    @auto_subscribe.setter
    def auto_subscribe(self, value: bool) -> None:
        self.roster.auto_subscribe = value
