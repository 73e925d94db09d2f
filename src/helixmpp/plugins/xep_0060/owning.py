"""The use cases of owners: nodes, their configuration, and who may do what there (XEP-0060 section 8)."""

from collections.abc import Awaitable, Iterable
from typing import Unpack

from helixmpp.errors import FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0060.requests import FormLike, OptJid, Requests, SendOptions, submitted
from helixmpp.plugins.xep_0060.stanza import (
    NS_NODE_CONFIG,
    Configure,
    Create,
    OwnerAffiliation,
    OwnerAffiliations,
    OwnerConfigure,
    OwnerDefault,
    OwnerDelete,
    OwnerPurge,
    OwnerRedirect,
    OwnerSubscription,
    OwnerSubscriptions,
    Pubsub,
    PubsubOwner,
)
from helixmpp.plugins.xep_0060.stanza.base import Affiliations, NodeTypes, Subscriptions
from helixmpp.stanza import Iq

__all__ = ["Owning"]


class Owning(Requests):
    """Makes, configures, empties and deletes nodes, and says who may do what there."""

    def create_node(
        self,
        jid: OptJid,
        node: str | None,
        config: FormLike | None = None,
        ntype: NodeTypes | None = None,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Make a node (section 8.1).

        :param node: its name; with None the service makes one up: ``iq["pubsub"]["create"]["node"]``.
        :param config: how it is configured, as a form or by names: ``{"pubsub#max_items": 10}``.
        :param ntype: ``leaf`` or ``collection``.
        :raises FieldValueError: a value is wrong.
        """
        request = self._set(jid, ifrom)
        wanted = request[Pubsub][Create]
        wanted.attach()
        wanted.node = node
        if config is not None or ntype:
            form = submitted({} if config is None else config, NS_NODE_CONFIG)
            there = request[Pubsub][Configure]
            there.append(form)
            if ntype:
                there["form"]["values"] = {"pubsub#node_type": ntype}
        return self._send(request, send_options)

    def delete_node(
        self,
        jid: OptJid,
        node: str,
        ifrom: OptJid = None,
        *,
        redirect: str | None = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Delete a node with all that is in it (section 8.4).

        :param redirect: the URI of the node that subscribers are sent to.
        """
        request = self._set(jid, ifrom)
        wanted = request[PubsubOwner][OwnerDelete]
        wanted.node = node
        if redirect:
            wanted[OwnerRedirect].uri = redirect
        return self._send(request, send_options)

    def purge(
        self, jid: OptJid, node: str, ifrom: OptJid = None, **send_options: Unpack[SendOptions]
    ) -> Awaitable[Iq]:
        """Delete every item of a node (section 8.5)."""
        request = self._set(jid, ifrom)
        request[PubsubOwner][OwnerPurge].node = node
        return self._send(request, send_options)

    # -- configuration ------------------------------------------------------------------------------------

    def get_node_config(
        self,
        jid: OptJid,
        node: str | None = None,
        ifrom: OptJid = None,
        *,
        ntype: NodeTypes | None = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Ask for the configuration of a node (section 8.2): ``iq["pubsub_owner"]["configure"]["form"]``.

        Without ``node`` it is the one that new nodes have (section 8.3): ``iq["pubsub_owner"]["default"]["form"]``.

        :param ntype: of which type the new nodes are: ``leaf`` or ``collection``.
        """
        request = self._get(jid, ifrom)
        if node is None:
            default = request[PubsubOwner][OwnerDefault]
            default.attach()
            default.type = ntype
        else:
            request[PubsubOwner][OwnerConfigure].node = node
        return self._send(request, send_options)

    def set_node_config(
        self,
        jid: OptJid,
        node: str,
        config: FormLike,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Set the configuration of a node (section 8.2.4).

        :param config: a form, such as the one that was asked for, or values by names, for those that change.
        :raises FieldValueError: a value is wrong.
        """
        request = self._set(jid, ifrom)
        wanted = request[PubsubOwner][OwnerConfigure]
        wanted.node = node
        wanted.append(submitted(config, NS_NODE_CONFIG))
        return self._send(request, send_options)

    # -- people -------------------------------------------------------------------------------------------

    def get_node_subscriptions(
        self, jid: OptJid, node: str, ifrom: OptJid = None, **send_options: Unpack[SendOptions]
    ) -> Awaitable[Iq]:
        """Ask who is subscribed to our node (section 8.8.1): ``iq["pubsub_owner"]["subscriptions"]``."""
        request = self._get(jid, ifrom)
        request[PubsubOwner][OwnerSubscriptions].node = node
        return self._send(request, send_options)

    def get_node_affiliations(
        self, jid: OptJid, node: str, ifrom: OptJid = None, **send_options: Unpack[SendOptions]
    ) -> Awaitable[Iq]:
        """Ask who may do what at our node (section 8.9.1): ``iq["pubsub_owner"]["affiliations"]``."""
        request = self._get(jid, ifrom)
        request[PubsubOwner][OwnerAffiliations].node = node
        return self._send(request, send_options)

    def modify_affiliations(
        self,
        jid: OptJid,
        node: str,
        affiliations: Iterable[tuple[JID | str, Affiliations]] | None = None,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Say what somebody may do at our node (section 8.9.2); what is not named stays as it is.

        :param affiliations: pairs of an address and ``owner``, ``publisher``, ``publish-only``, ``member``,
            ``outcast`` or ``none``.
        :raises FieldValueError: one of them is no affiliation.
        """
        request = self._set(jid, ifrom)
        wanted = request[PubsubOwner][OwnerAffiliations]
        wanted.node = node
        for address, affiliation in affiliations or ():
            one = OwnerAffiliation()
            one.jid = _needed(address)
            one.affiliation = affiliation
            wanted.append(one)
        return self._send(request, send_options)

    def modify_subscriptions(
        self,
        jid: OptJid,
        node: str,
        subscriptions: Iterable[tuple[JID | str, Subscriptions]] | None = None,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Change who is subscribed to our node (section 8.8.2); what is not named stays as it is.

        :param subscriptions: pairs of an address and ``subscribed``, ``pending``, ``unconfigured`` or ``none``.
        :raises FieldValueError: one of them is no state of a subscription.
        """
        request = self._set(jid, ifrom)
        wanted = request[PubsubOwner][OwnerSubscriptions]
        wanted.node = node
        for address, state in subscriptions or ():
            one = OwnerSubscription()
            one.jid = _needed(address)
            one.subscription = state
            wanted.append(one)
        return self._send(request, send_options)


def _needed(address: JID | str) -> JID:
    found = JID(address)
    if not found:
        raise FieldValueError("the address of somebody is needed, not an empty one")
    return found
