"""What the plugins register that helixmpp does not have yet: handlers, payload classes, filters.

As many of each as slixmpp 1.17.0 has, counted plugin by plugin, with what each depends on. A payload is
``parent/name`` or ``parent/name=key``; the parent is a kind of stanza, the features of a stream, or the key of another
payload of the same plugin. Where an XEP has several namespaces its payloads share one here.
"""

from dataclasses import dataclass

__all__ = ["TABLE", "Row"]


@dataclass(frozen=True, slots=True)
class Row:
    """One plugin.

    :param namespace: of its payloads.
    :param handlers: paths of what it handles; one that begins with ``<`` is a mask.
    :param payloads: ``parent/element`` or ``parent/element=key``.
    :param needs: the plugins it depends on.
    :param filters: how many outgoing filters it adds.
    """

    namespace: str
    handlers: tuple[str, ...] = ()
    payloads: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    filters: int = 0


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TABLE: dict[str, Row] = {
    "xep_0004": Row(
        "jabber:x:data",
        _words("message/form"),
        _words("message/x=form form/field form/reported field/option form/item"),
    ),
    "xep_0030": Row(
        "http://jabber.org/protocol/disco",
        _words("iq/disco_info iq/disco_items"),
        _words("iq/info=disco_info iq/items=disco_items disco_items/item"),
    ),
    "xep_0045": Row(
        "http://jabber.org/protocol/muc#user",
        (
            "presence/muc",
            "presence@type=error/muc_join",
            "<message type='error'/>",
            "<message type='groupchat'><body/></message>",
            "<message type='groupchat'><subject/></message>",
            "message/muc/status",
            "message/muc/invite",
            "message/muc/decline",
            "message/muc/item",
        ),
        _words(
            "presence/x=muc message/x=muc presence/join=muc_join iq/admin=mucadmin_query iq/owner=mucowner_query "
            "muc/item item/actor muc/invite muc/decline muc/status muc/destroy muc_join/history "
            "mucowner_query/destroy mucowner_query/form mucadmin_query/item item/reason invite/reason"
        ),
        ("xep_0004", "xep_0030", "xep_0172", "xep_0203"),
    ),
    "xep_0050": Row(
        "http://jabber.org/protocol/commands",
        _words("iq@type=set/command"),
        _words("iq/command command/form command/note"),
        ("xep_0004", "xep_0030"),
    ),
    "xep_0059": Row("http://jabber.org/protocol/rsm", (), _words("iq/set=rsm"), ("xep_0030",)),
    "xep_0060": Row(
        "http://jabber.org/protocol/pubsub#event",
        _words(
            "message/pubsub_event/items message/pubsub_event/purge message/pubsub_event/delete "
            "message/pubsub_event/configuration message/pubsub_event/subscription"
        ),
        _words(
            "message/event=pubsub_event pubsub_event/collection pubsub_event/configuration pubsub_event/purge "
            "pubsub_event/delete pubsub_event/items pubsub_event/subscription items/item items/retract "
            "iq/pubsub pubsub/affiliations pubsub/configure pubsub/create pubsub/default pubsub/options "
            "pubsub/publish pubsub/publish_options pubsub/subscribe pubsub/unsubscribe pubsub/subscriptions "
            "pubsub/items pubsub/retract pubsub/subscription affiliations/affiliation configure/form publish/item "
            "publish/items retract/item subscribe/options subscription/suboptions subscriptions/subscription "
            "items/items collection/associate collection/disassociate configuration/form iq/errors "
            "iq/pubsub_owner pubsub_owner/default pubsub_owner/delete pubsub_owner/purge pubsub_owner/redirect "
            "pubsub_owner/affiliations pubsub_owner/configure pubsub_owner/subscriptions default/form options/form "
            "delete/redirect affiliations/owner affiliations/owners subscriptions/owner subscriptions/owners"
        ),
        ("xep_0004", "xep_0030", "xep_0082", "xep_0131"),
    ),
    "xep_0071": Row("http://jabber.org/protocol/xhtml-im", (), _words("message/html"), ("xep_0030",)),
    "xep_0082": Row("urn:xmpp:time"),
    "xep_0085": Row(
        "http://jabber.org/protocol/chatstates",
        _words("message/active"),
        _words("message/active message/composing message/gone message/inactive message/paused"),
        ("xep_0030",),
    ),
    "xep_0115": Row(
        "http://jabber.org/protocol/caps",
        _words("presence/caps"),
        _words("presence/c=caps features/c=caps"),
        ("xep_0004", "xep_0030", "xep_0128"),
        filters=1,
    ),
    "xep_0128": Row(
        "urn:xmpp:extended-info", (), _words("iq/extended iq/extensions"), ("xep_0004", "xep_0030")
    ),
    "xep_0131": Row(
        "http://jabber.org/protocol/shim",
        (),
        _words("message/headers presence/headers"),
        ("xep_0030",),
    ),
    "xep_0163": Row("urn:xmpp:pep", (), (), ("xep_0030", "xep_0060", "xep_0115")),
    "xep_0172": Row(
        "http://jabber.org/protocol/nick", (), _words("message/nick presence/nick"), ("xep_0163",)
    ),
    "xep_0184": Row(
        "urn:xmpp:receipts",
        _words("message/receipt message/request_receipt"),
        _words("message/request=request_receipt message/received=receipt"),
        ("xep_0030",),
        filters=1,
    ),
    "xep_0199": Row("urn:xmpp:ping", _words("iq@type=get/ping"), _words("iq/ping"), ("xep_0030",)),
    "xep_0203": Row("urn:xmpp:delay", (), _words("message/delay presence/delay")),
    "xep_0231": Row(
        "urn:xmpp:bob",
        _words("iq/bob message/bob presence/bob"),
        _words("iq/data=bob message/data=bob presence/data=bob"),
        ("xep_0030",),
    ),
    "xep_0280": Row(
        "urn:xmpp:carbons:2",
        _words("message/carbon_received message/carbon_sent"),
        _words(
            "message/received=carbon_received message/sent=carbon_sent message/private=carbon_private "
            "iq/enable=carbon_enable iq/disable=carbon_disable carbon_received/forwarded carbon_sent/forwarded"
        ),
        ("xep_0030", "xep_0297"),
    ),
    "xep_0297": Row(
        "urn:xmpp:forward:0",
        _words("message/forwarded"),
        _words("message/forwarded forwarded/message forwarded/presence forwarded/iq forwarded/delay"),
        ("xep_0030", "xep_0203"),
    ),
    "xep_0308": Row(
        "urn:xmpp:message-correct:0", _words("message/replace"), _words("message/replace"), ("xep_0030",)
    ),
    "xep_0313": Row(
        "urn:xmpp:mam:2",
        (),
        _words(
            "iq/query=mam iq/fin=mam_fin message/result=mam_result iq/metadata=mam_metadata mam/form mam/rsm "
            "mam_fin/rsm mam_result/forwarded mam_metadata/start mam_metadata/end"
        ),
        ("xep_0004", "xep_0030", "xep_0050", "xep_0059", "xep_0297"),
    ),
    "xep_0333": Row(
        "urn:xmpp:chat-markers:0",
        _words("message/received message/displayed message/acknowledged"),
        _words("message/markable message/received message/displayed message/acknowledged"),
        ("xep_0030",),
    ),
    "xep_0334": Row(
        "urn:xmpp:hints",
        (),
        _words("message/store message/no-store message/no-permanent-store message/no-copy"),
    ),
    "xep_0359": Row(
        "urn:xmpp:sid:0", (), _words("message/stanza-id=stanza_id message/origin-id=origin_id"), ("xep_0030",)
    ),
    "xep_0363": Row(
        "urn:xmpp:http:upload:0",
        (),
        _words(
            "iq/request=http_upload_request iq/slot=http_upload_slot http_upload_slot/put http_upload_slot/get "
            "put/header put/headers http_upload_request/message http_upload_request/ephemeral "
            "http_upload_request/permanent http_upload_request/profile"
        ),
        ("xep_0030",),
    ),
    "xep_0380": Row("urn:xmpp:eme:0", _words("message/eme"), _words("message/encryption=eme"), ("xep_0030",)),
    "xep_0394": Row(
        "urn:xmpp:markup:0",
        (),
        _words(
            "message/markup markup/span markup/spans markup/bcode markup/bcodes markup/list markup/lists "
            "markup/bquote markup/bquotes span/emphasis span/code span/deleted list/li list/lis"
        ),
        ("xep_0030", "xep_0071"),
    ),
    "xep_0422": Row(
        "urn:xmpp:fasten:0",
        (),
        _words("message/apply-to=apply_to apply_to/external"),
        ("xep_0030",),
    ),
    "xep_0424": Row(
        "urn:xmpp:message-retract:1",
        _words("message/retract"),
        _words("message/retract message/retracted"),
        ("xep_0422", "xep_0428", "xep_0359"),
    ),
    "xep_0428": Row(
        "urn:xmpp:fallback:0",
        (),
        _words("message/fallback message/fallbacks fallback/body fallback/subject"),
        ("xep_0030",),
    ),
    "xep_0444": Row(
        "urn:xmpp:reactions:0",
        _words("message/reactions"),
        _words("message/reactions reactions/reaction"),
        ("xep_0030", "xep_0334"),
    ),
    "xep_0461": Row(
        "urn:xmpp:reply:0", _words("message/reply"), _words("message/reply"), ("xep_0030", "xep_0428")
    ),
}
