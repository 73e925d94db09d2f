"""The plugin ``xep_0084``; see the package's docstring."""

import hashlib
import re
from collections.abc import Awaitable, Iterable, Mapping
from types import ModuleType
from typing import Any, ClassVar, Unpack
from xml.etree.ElementTree import Element

import helixmpp.plugins.xep_0084.stanza as avatar_stanza
from helixmpp.core.api import PluginAPI
from helixmpp.core.declare import Setting, op
from helixmpp.core.engines import KeyValue
from helixmpp.core.futures import begun
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza, FieldValueError, HelixError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0060 import XEP_0060, EventItem, FormLike, Item, Items, Pubsub, SendOptions
from helixmpp.plugins.xep_0060.requests import OptJid
from helixmpp.plugins.xep_0084.stanza import NS_DATA, NS_METADATA, Data, Info, MetaData
from helixmpp.plugins.xep_0084.store import AvatarDataArgs, AvatarDataStore
from helixmpp.plugins.xep_0163 import XEP_0163
from helixmpp.stanza import ElementBase, Iq

__all__ = ["XEP_0084", "AvatarRefused"]

_SHA1 = re.compile(r"[0-9a-f]{40}")


class AvatarRefused(HelixError):
    """What somebody gave as an avatar is none: other bytes than those of its id, too many of them, or none."""


class XEP_0084(BasePlugin):  # noqa: N801 - the name that programs import
    """User avatars: publishes ours, tells of those of others, and fetches them."""

    name = "xep_0084"
    description = "User avatar: a picture that contacts are told of and fetch once"
    xep_version = "1.1.4"
    dependencies: ClassVar[set[str]] = {"xep_0060", "xep_0163"}
    extends = ((Item, Data), (Item, MetaData), (EventItem, Data), (EventItem, MetaData))
    # The second asks the accounts of contacts for their events (XEP-0163 section 4.2).
    features = (NS_METADATA, f"{NS_METADATA}+notify")
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = avatar_stanza
    api: PluginAPI[AvatarDataStore]

    max_size = Setting(524_288, "the largest picture that is published, fetched or kept, in bytes")
    max_kept = Setting(500, "how many pictures the default store keeps")
    kept_age = Setting(2_592_000.0, "for how many seconds it keeps one")

    def plugin_init(self) -> None:
        """Give the node of the metadata a name."""
        pubsub = self.xmpp.plugin[XEP_0060]
        pubsub.map_node_event(NS_METADATA, "avatar_metadata", payload=MetaData)
        self._undo.append((pubsub.unmap_node_event, (NS_METADATA, "avatar_metadata")))

    @staticmethod
    def generate_id(data: bytes) -> str:
        """The id of a picture: the SHA-1 of its bytes, in hexadecimal."""
        # It tells one picture from another and protects nothing (section 8).
        return hashlib.sha1(data, usedforsecurity=False).hexdigest()

    # -- those of others ----------------------------------------------------------------------------------

    @begun
    async def retrieve_avatar(
        self,
        jid: OptJid,
        id: str,
        ifrom: OptJid = None,
        *,
        cached: bool = True,
        **send_options: Unpack[SendOptions],
    ) -> Iq:
        """Fetch a picture: ``iq["pubsub"]["items"]["item"]["avatar_data"]["value"]``.

        :param jid: whose; by default our own.
        :param id: its id, as the metadata says.
        :param cached: whether one that was fetched before will do (section 3.4: it has to).
        :raises AvatarRefused: the bytes are not those of the id, or too many, or there are none.
        :raises IqError: there is no such picture, or it is not for us.
        :raises IqTimeout: no answer came in time.
        """
        if cached:
            found: bytes | None = await self.api["get_data"](jid, None, ifrom, id.lower())
            if found is not None:
                return self._answer_of(jid, id, ifrom, found)
        answer = await self.xmpp.plugin[XEP_0060].get_item(jid, NS_DATA, id, ifrom, **send_options)
        data = self._checked(answer, id)
        try:
            await self.api["set_data"](jid, None, ifrom, AvatarDataArgs(id=id.lower(), data=data))
        except Exception as error:  # noqa: BLE001 - a store may raise anything; the picture itself is here and good
            self.xmpp.exception(error)
        return answer

    async def fetch(self, jid: OptJid, info: Info | str, ifrom: OptJid = None) -> bytes:
        """The bytes of a picture, by its id or by an ``info`` of the metadata; see :meth:`retrieve_avatar`.

        :raises ValueError: it is at an address on the web, which nothing is fetched from here.
        """
        if isinstance(info, Info):
            if info.url:
                raise ValueError("the picture is on the web, and not at the account")
            info = info.id
        answer = await self.retrieve_avatar(jid, info, ifrom)
        return answer[Pubsub][Items][Item][Data].value

    def _checked(self, answer: Iq, id: str) -> bytes:
        for item in answer[Pubsub][Items].items:
            try:
                data = item[Data].value
            except BadStanza as error:
                raise AvatarRefused("the avatar is no base64") from error
            if len(data) > self.max_size:
                raise AvatarRefused(f"the avatar has {len(data)} bytes; max_size is {self.max_size}")
            # Nothing has a hash, too.
            if not data or self.generate_id(data) != id.lower():
                raise AvatarRefused("the bytes are not those that the id names")
            return data
        raise AvatarRefused("the answer has no avatar in it")

    def _answer_of(self, jid: OptJid, id: str, ifrom: OptJid, data: bytes) -> Iq:
        answer = self.xmpp.make_iq_result(ito=ifrom or None, ifrom=jid or None)
        item = Item()
        item.id = id
        item[Data].value = data
        answer[Pubsub][Items].node = NS_DATA
        answer[Pubsub][Items].append(item)
        return answer

    # -- our own ------------------------------------------------------------------------------------------

    def publish_avatar(
        self, data: bytes, ifrom: OptJid = None, **send_options: Unpack[SendOptions]
    ) -> Awaitable[Iq]:
        """Put a picture at our account (section 3.1). Nobody is told before its metadata are published.

        :param data: the bytes, of a PNG: that is what everybody can show.
        :param ifrom: the account, for components; by default our own.
        :raises ValueError: it is larger than ``max_size``, or there is nothing.
        """
        payload = Data()
        payload.value = self._published(data)
        return self.xmpp.plugin[XEP_0163].publish(
            payload, id=self.generate_id(data), ifrom=ifrom, **send_options
        )

    def publish_avatar_metadata(
        self,
        items: Iterable[Mapping[str, Any]] | Mapping[str, Any] | None = None,
        pointers: Iterable[Element | ElementBase] | None = None,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Tell what our avatar is (section 3.2).

        :param items: a dictionary for each form of it, with ``id``, ``type``, ``bytes``, and perhaps ``height``,
            ``width`` and ``url``; the first without ``url`` is what :meth:`publish_avatar` put there.
        :param pointers: elements that say where else it is.
        :param ifrom: the account, for components; by default our own.
        :raises FieldValueError: something of it is wrong.
        """
        metadata = MetaData()
        infos = _infos_of(items)
        for info in infos:
            metadata.add_info(
                info["id"],
                info.get("type"),
                info.get("bytes"),
                info.get("height"),
                info.get("width"),
                info.get("url"),
            )
        for pointer in pointers or ():
            metadata.add_pointer(pointer)
        main = next((info for info in infos if not info.get("url")), infos[0] if infos else None)
        return self.xmpp.plugin[XEP_0163].publish(
            metadata, id=str(main["id"]) if main is not None else None, ifrom=ifrom, **send_options
        )

    async def set_avatar(
        self,
        data: bytes,
        itype: str = "image/png",
        height: int | None = None,
        width: int | None = None,
        ifrom: OptJid = None,
        *,
        options: FormLike | None = None,
        timeout: float | None = None,
    ) -> str:
        """Publish a picture and tell of it, in the right order; give its id.

        :param data: the bytes.
        :param itype: its MIME type.
        :param height: in pixels.
        :param width: in pixels.
        :param ifrom: the account, for components; by default our own.
        :param options: what the configuration of both nodes has to be, as ``{"pubsub#access_model": "open"}``.
        :param timeout: seconds to wait for each answer.
        :raises ValueError: it is larger than ``max_size``, or there is nothing.
        :raises IqError: the server refuses.
        :raises IqTimeout: no answer came in time.
        """
        payload, metadata = Data(), MetaData()
        payload.value = self._published(data)
        id = self.generate_id(data)
        metadata.add_info(id, itype, len(data), height, width)
        pep = self.xmpp.plugin[XEP_0163]
        for one in (payload, metadata):
            await pep.publish(one, None, id, options, ifrom, timeout=timeout)
        return id

    def stop(self, ifrom: OptJid = None, **send_options: Unpack[SendOptions]) -> Awaitable[Iq]:
        """Tell that we have no avatar any more (section 3.5)."""
        return self.publish_avatar_metadata(None, None, ifrom, **send_options)

    def _published(self, data: object) -> bytes:
        if not isinstance(data, bytes | bytearray):
            raise FieldValueError(f"an avatar is bytes, not {type(data).__name__}")
        if len(data) > self.max_size:
            raise ValueError(f"the avatar has {len(data)} bytes; max_size is {self.max_size}")
        return bytes(data)

    # -- the default store --------------------------------------------------------------------------------

    @op("get_data")
    async def _get_data(self, jid: JID, node: str, ifrom: JID | None, args: str) -> bytes | None:
        return await self._kept().get(args) if _SHA1.fullmatch(args) else None

    @op("set_data")
    async def _set_data(self, jid: JID, node: str, ifrom: JID | None, args: AvatarDataArgs) -> None:
        await self._kept().put(args["id"], args["data"], self.kept_age)

    def _kept(self) -> KeyValue:
        return self.collection("pictures", limit=self.max_kept, value_limit=self.max_size)


def _infos_of(items: Any) -> list[Mapping[str, Any]]:
    # One dictionary alone would be taken for a list of its keys.
    return [items] if isinstance(items, Mapping) else list(items or ())
