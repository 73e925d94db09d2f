"""How commands are found by service discovery (XEP-0050 section 2.2)."""

from helixmpp.jid import JID
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0030 import XEP_0030, DiscoItems
from helixmpp.plugins.xep_0050.stanza import NAMESPACE

__all__ = ["Listing"]


class Listing:
    """Our commands as nodes of service discovery, by our address (None: our own) and their node."""

    def __init__(self, disco: XEP_0030) -> None:
        self._disco = disco
        self._names: dict[tuple[JID | None, str], str] = {}
        self._lists: list[JID | None] = []
        self._own = disco.xmpp.boundjid

    def begin(self, jid: JID | None) -> None:
        """Say that an address has a list of commands, though nothing is in it yet."""
        if jid not in self._lists:
            self._lists.append(jid)
            self._disco.add_identity("automation", "command-list", "Commands", node=NAMESPACE, jid=jid)
            self._disco.add_feature(NAMESPACE, node=NAMESPACE, jid=jid)
            if jid is not None:
                # Section 2.1: who has commands says so; our own address does it by the plugin's features.
                self._disco.add_feature(NAMESPACE, jid=jid)

    def add(self, jid: JID | None, node: str, name: str) -> None:
        """Announce a command, in the place of one of that node."""
        self.remove(jid, node)
        self.begin(jid)
        self._names[jid, node] = name
        self._disco.add_identity("automation", "command-node", name, node=node, jid=jid)
        for feature in (NAMESPACE, Form.namespace):
            self._disco.add_feature(feature, node=node, jid=jid)
        self._add_item(jid, node, name)

    def remove(self, jid: JID | None, node: str) -> None:
        """Announce a command no longer; it need not be there."""
        name = self._names.pop((jid, node), None)
        if name is not None:
            self._disco.del_item(jid, NAMESPACE, ijid=jid or self._own, inode=node)
            self._disco.static.del_info(jid or self._own, node)

    def moved(self, own: JID) -> None:
        """Our own address has become another one: a client's commands are at its full address."""
        names = {node: name for (jid, node), name in self._names.items() if jid is None}
        for node in names:
            self._disco.del_item(None, NAMESPACE, ijid=self._own, inode=node)
        self._own = own
        for node, name in names.items():
            self._add_item(None, node, name)

    def items_of(self, jid: JID | None) -> DiscoItems:
        """The list of the commands of an address, as it is announced."""
        items = DiscoItems()
        items.node = NAMESPACE
        for (owner, node), name in self._names.items():
            if owner == jid:
                items.add_item(owner or self._own, node, name)
        return items

    def end(self) -> None:
        """Announce nothing any more."""
        for jid, node in list(self._names):
            self.remove(jid, node)
        for jid in self._lists:
            self._disco.static.del_info(jid or self._own, NAMESPACE)
            if jid is not None:
                self._disco.del_feature(jid, feature=NAMESPACE)
        self._lists.clear()

    def _add_item(self, jid: JID | None, node: str, name: str) -> None:
        self._disco.add_item(jid or self._own, name, NAMESPACE, node, jid)
