"""The plugin ``xep_0377``; see the package's docstring."""

from collections.abc import Awaitable, Iterable
from typing import ClassVar, Unpack

from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins._requests import SendOptions
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0191.stanza import Block, BlockItem
from helixmpp.plugins.xep_0359.stanza import StanzaID
from helixmpp.plugins.xep_0377.stanza import ABUSE, NAMESPACE, SPAM, Report
from helixmpp.stanza import Iq

__all__ = ["XEP_0377"]


class XEP_0377(BasePlugin):  # noqa: N801 - the name that programs import
    """Blocking command reports: says why somebody is blocked."""

    name = "xep_0377"
    description = "Spam reporting: says to our server why somebody is blocked"
    xep_version = "0.4.1"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0191"}
    # No feature: it says that reports can be received (section 3), which only servers can.
    extends = ((Block, BlockItem), (BlockItem, Report))
    #: The reason for unwanted messages.
    SPAM: ClassVar[str] = SPAM
    #: The reason for general abuse.
    ABUSE: ClassVar[str] = ABUSE

    async def is_supported(self, *, timeout: float | None = None) -> bool:
        """Whether our server takes reports (section 3).

        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :raises IqError: it does not tell.
        :raises IqTimeout: no answer came in time.
        """
        info = await self.xmpp.plugin[XEP_0030].info_of(
            self.xmpp.boundjid.domain, local=False, cached=True, timeout=timeout
        )
        return NAMESPACE in info.features

    def report(
        self,
        jid: JID | str,
        reason: str = SPAM,
        text: str | dict[str, str] | None = None,
        stanza_ids: Iterable[StanzaID | tuple[str, JID | str]] = (),
        ifrom: JID | str | None = None,
        *,
        report_origin: bool = False,
        third_party: bool = False,
        **options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Block somebody, and say why (section 6).

        A server that does not know reports blocks all the same.

        :param jid: whom.
        :param reason: :attr:`SPAM`, :attr:`ABUSE`, or another URN.
        :param text: says more, or one text for each language.
        :param stanza_ids: which messages it is about, as ``message["stanza_id"]``, or pairs of an id and who gave it.
        :param ifrom: the address to ask from.
        :param report_origin: whether the server may tell the server of whom it is about.
        :param third_party: whether it may tell others, who make lists of such.
        :param options: by name: ``timeout`` in seconds, ``callback``, ``timeout_callback``.
        :raises ValueError: there is no reason, or no address.
        :raises FieldValueError: something of it cannot be sent.
        :raises IqError: (when awaited) the server blocks nobody.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        if not reason or not jid:
            raise ValueError("a report needs an address and a reason (section 4)")
        item = BlockItem()
        item.jid = JID(jid)
        report = item[Report]
        report.reason = reason
        for one in stanza_ids:
            report.append(_copied(one))
        if text:
            report["text"] = text
        report.report_origin, report.third_party = report_origin, third_party
        block = Block()
        block.append(item)
        return self.xmpp.make_iq_set(block, ifrom=ifrom).send(**options)


def _copied(given: StanzaID | tuple[str, JID | str]) -> StanzaID:
    made = StanzaID()
    if isinstance(given, StanzaID):
        made.id, made.by = given.id, given.by
    else:
        made.id, made.by = given[0], JID(given[1])
    return made
