"""The use cases of subscribers, and of those who look around (XEP-0060 sections 5 and 6)."""

from collections.abc import Awaitable
from typing import Any, Unpack

from helixmpp.plugins.xep_0030.disco import XEP_0030
from helixmpp.plugins.xep_0060.requests import FormLike, OptJid, Requests, SendOptions, submitted
from helixmpp.plugins.xep_0060.stanza import (
    NS_SUBSCRIBE_OPTIONS,
    Affiliations,
    Default,
    Options,
    Pubsub,
    Subscribe,
    Subscriptions,
    Unsubscribe,
)
from helixmpp.stanza import Iq

__all__ = ["Subscribing"]


class Subscribing(Requests):
    """Subscribes and unsubscribes, and asks for nodes, subscriptions, affiliations and options."""

    def get_nodes(
        self,
        jid: OptJid = None,
        node: str | None = None,
        iterator: bool = False,
        ifrom: OptJid = None,
        **options: Unpack[SendOptions],
    ) -> Awaitable[Any]:
        """Ask which nodes a service, or a collection, has (section 5.2): ``iq["disco_items"]["items"]``.

        :param iterator: give an iterator over the pages of the answer when awaited (XEP-0059).
        """
        return self.xmpp.plugin[XEP_0030].get_items(
            self.service_of(jid), node, False, iterator, ifrom=ifrom, **options
        )

    def subscribe(
        self,
        jid: OptJid,
        node: str,
        bare: bool = True,
        subscribee: OptJid = None,
        options: FormLike | None = None,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Subscribe to a node (section 6.1); the answer has ``iq["pubsub"]["subscription"]``.

        Its state may be ``pending``, until an owner approves, or ``unconfigured``.

        :param bare: whether our bare address is subscribed; else the full one, for this session.
        :param subscribee: whom to subscribe; by default ourselves.
        :param options: options of the subscription, as a form or by their names (section 6.3.7).
        """
        request = self._set(jid, ifrom)
        wanted = request[Pubsub][Subscribe]
        wanted.node = node
        wanted.jid = self._subscriber(subscribee, ifrom, bare)
        if options is not None:
            # Whose and of which node they are stands in the <subscribe/> beside (section 6.3.7).
            self._put_options(request, None, None, None, options)
        return self._send(request, send_options)

    def unsubscribe(
        self,
        jid: OptJid,
        node: str,
        subid: str | None = None,
        bare: bool = True,
        subscribee: OptJid = None,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """End a subscription (section 6.2).

        :param subid: which one, where there are several.
        :param bare: whether it is our bare address that is subscribed.
        :param subscribee: whose subscription; by default our own.
        """
        request = self._set(jid, ifrom)
        wanted = request[Pubsub][Unsubscribe]
        wanted.node = node
        wanted.jid = self._subscriber(subscribee, ifrom, bare)
        wanted.subid = subid
        return self._send(request, send_options)

    def get_subscriptions(
        self,
        jid: OptJid,
        node: str | None = None,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Ask for our own subscriptions, at a service or a node (section 5.6): ``iq["pubsub"]["subscriptions"]``."""
        return self._own(Subscriptions, jid, node, ifrom, send_options)

    def get_affiliations(
        self,
        jid: OptJid,
        node: str | None = None,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Ask for our own affiliations, at a service or a node (section 5.7): ``iq["pubsub"]["affiliations"]``."""
        return self._own(Affiliations, jid, node, ifrom, send_options)

    def _own(
        self,
        payload: type[Subscriptions | Affiliations],
        jid: OptJid,
        node: str | None,
        ifrom: OptJid,
        send_options: SendOptions,
    ) -> Awaitable[Iq]:
        request = self._get(jid, ifrom)
        wanted = request[Pubsub][payload]
        wanted.attach()
        wanted.node = node
        return self._send(request, send_options)

    def get_subscription_options(
        self,
        jid: OptJid,
        node: str | None = None,
        user_jid: OptJid = None,
        ifrom: OptJid = None,
        *,
        subid: str | None = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Ask for the options of a subscription (section 6.3): ``iq["pubsub"]["options"]["form"]``.

        Without ``user_jid`` it is the options that a new one has (section 6.4): ``iq["pubsub"]["default"]["form"]``.

        :param user_jid: the address that is subscribed.
        :param subid: which one of its subscriptions, where there are several.
        """
        request = self._get(jid, ifrom)
        if user_jid:
            wanted = request[Pubsub][Options]
            wanted.jid = user_jid
            wanted.node = node
            wanted.subid = subid
        else:
            default = request[Pubsub][Default]
            default.attach()
            default.node = node
        return self._send(request, send_options)

    def set_subscription_options(
        self,
        jid: OptJid,
        node: str,
        user_jid: OptJid,
        options: FormLike,
        ifrom: OptJid = None,
        *,
        subid: str | None = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Set the options of a subscription (section 6.3.5).

        :param user_jid: the address that is subscribed; by default our bare one.
        :param options: a form, or values by their names.
        :param subid: which one of its subscriptions, where there are several.
        :raises FieldValueError: a value is wrong.
        """
        request = self._set(jid, ifrom)
        self._put_options(request, node, self._subscriber(user_jid, ifrom, True), subid, options)
        return self._send(request, send_options)

    @staticmethod
    def _put_options(
        request: Iq, node: str | None, jid: OptJid, subid: str | None, options: FormLike
    ) -> None:
        there = request[Pubsub][Options]
        there.node = node
        there.jid = jid
        there.subid = subid
        there.append(submitted(options, NS_SUBSCRIBE_OPTIONS))
