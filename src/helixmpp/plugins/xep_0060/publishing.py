"""Items: published, fetched, and deleted (XEP-0060 sections 6.5 and 7)."""

from collections.abc import Awaitable, Iterable
from typing import Any, Literal, Unpack, overload
from xml.etree.ElementTree import Element

from helixmpp.plugins.xep_0030.disco import XEP_0030
from helixmpp.plugins.xep_0059 import XEP_0059, ResultIterator
from helixmpp.plugins.xep_0060.requests import FormLike, OptJid, Requests, SendOptions, submitted
from helixmpp.plugins.xep_0060.stanza import (
    NS_PUBLISH_OPTIONS,
    Item,
    Items,
    Publish,
    PublishOptions,
    Pubsub,
    Retract,
)
from helixmpp.stanza import ElementBase, Iq

__all__ = ["Publishing"]

_PAGE = 10


class Publishing(Requests):
    """Publishes items, fetches them, and deletes them one by one."""

    def publish(
        self,
        jid: OptJid,
        node: str,
        id: str | None = None,
        payload: ElementBase | Element | None = None,
        options: FormLike | ElementBase | None = None,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Publish an item (section 7.1); of an id that is there already, it takes the place of the old one.

        :param id: the item's id; without one, the answer says which the service gave it:
            ``iq["pubsub"]["publish"]["item"]["id"]``.
        :param payload: an element; none, where the node has notifications alone.
        :param options: what the node's configuration has to be (section 7.1.5), as a form or by names:
            ``{"pubsub#access_model": "whitelist"}``. A node that is not there yet is made so; else the error
            has ``iq["error"]["pubsub"]["condition"] == "precondition-not-met"``.
        :raises FieldValueError: something of it cannot be sent.
        """
        item = Item()
        item.id = id
        if payload is not None:
            item.payload = payload
        request = self._set(jid, ifrom)
        wanted = request[Pubsub][Publish]
        wanted.node = node
        if id or payload is not None:
            wanted.append(item)
        if options is not None:
            preconditions = PublishOptions()
            preconditions.append(submitted(options, NS_PUBLISH_OPTIONS))
            request[Pubsub].append(preconditions)
        return self._send(request, send_options)

    def retract(
        self,
        jid: OptJid,
        node: str,
        id: str,
        notify: bool | None = None,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Delete an item (section 7.2).

        :param notify: whether subscribers are told; None leaves it to the node's configuration.
        """
        request = self._set(jid, ifrom)
        wanted = request[Pubsub][Retract]
        wanted.node = node
        wanted.notify = notify
        item = Item()
        item.id = id
        wanted.append(item)
        return self._send(request, send_options)

    def get_item(
        self,
        jid: OptJid,
        node: str,
        item_id: str,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Fetch one item (section 6.5.8): ``iq["pubsub"]["items"]["item"]["payload"]``."""
        return self._send(self._items_request(jid, node, [item_id], None, ifrom), send_options)

    @overload
    def get_items(
        self,
        jid: OptJid,
        node: str,
        item_ids: Iterable[str] | None = None,
        max_items: int | None = None,
        iterator: Literal[False] = False,
        ifrom: OptJid = None,
        *,
        subid: str | None = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]: ...
    @overload
    def get_items(
        self,
        jid: OptJid,
        node: str,
        item_ids: Iterable[str] | None = None,
        max_items: int | None = None,
        *,
        iterator: Literal[True],
        ifrom: OptJid = None,
        subid: str | None = None,
        **send_options: Unpack[SendOptions],
    ) -> ResultIterator: ...
    def get_items(
        self,
        jid: OptJid,
        node: str,
        item_ids: Iterable[str] | None = None,
        max_items: int | None = None,
        iterator: bool = False,
        ifrom: OptJid = None,
        *,
        subid: str | None = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq] | ResultIterator:
        """Fetch the items of a node (section 6.5): ``for item in iq["pubsub"]["items"]``.

        A service may give only some of them; ``iq["pubsub"]["rsm"]`` says so then (section 6.5.4), and
        ``async for page in get_items(..., iterator=True)`` fetches all, page by page.

        :param item_ids: only these.
        :param max_items: only so many, the latest; with ``iterator``, how many to a page (10 by default).
        :param iterator: whether to give an iterator over answers. It takes ``timeout`` alone of what a request
            takes; where it ends is said at :meth:`XEP_0059.iterate`.
        :param subid: which of our subscriptions, where there are several.
        """
        request = self._items_request(
            jid, node, item_ids or (), None if iterator else max_items, ifrom, subid
        )
        if not iterator:
            return self._send(request, send_options)
        timeout = send_options.get("timeout")
        amount = _PAGE if max_items is None else max_items
        return self.xmpp.plugin[XEP_0059].iterate(request, "pubsub", "items", amount, timeout=timeout)

    def get_item_ids(
        self,
        jid: OptJid,
        node: str,
        ifrom: OptJid = None,
        iterator: bool = False,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Any]:
        """Ask for the ids of a node's items, without the items (section 5.5).

        The answer is that of service discovery: in ``iq["disco_items"]["items"]``, a set of tuples (address,
        node, name), the names are the ids.

        :param iterator: give an iterator over the pages of the answer when awaited (XEP-0059).
        """
        return self.xmpp.plugin[XEP_0030].get_items(
            self.service_of(jid), node, False, iterator, ifrom=ifrom, **send_options
        )

    def _items_request(
        self,
        jid: OptJid,
        node: str,
        item_ids: Iterable[str],
        max_items: int | None,
        ifrom: OptJid,
        subid: str | None = None,
    ) -> Iq:
        request = self._get(jid, ifrom)
        wanted = request[Pubsub][Items]
        wanted.node = node
        wanted.max_items = max_items
        wanted.subid = subid
        for item_id in item_ids:
            item = Item()
            item.id = item_id
            wanted.append(item)
        return request
