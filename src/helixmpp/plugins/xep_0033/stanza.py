"""``<addresses/>`` of XEP-0033 section 4."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from helixmpp.errors import FieldValueError
from helixmpp.jid import JID
from helixmpp.stanza import Attr, ElementBase, Field, one_of, register_stanza_plugin
from helixmpp.stanza.base.items import ItemAccess

__all__ = ["NAMESPACE", "TYPES", "Address", "AddressLike", "Addresses"]

NAMESPACE = "http://jabber.org/protocol/address"
#: Section 4.6.
TYPES: Final = ("to", "cc", "bcc", "replyto", "replyroom", "noreply", "ofrom")
_NOBODY = JID("")


class Address(ElementBase):
    """One address: ``type``, ``jid`` or ``uri``, ``node``, ``desc``, and whether it was ``delivered``."""

    name = "address"
    namespace = NAMESPACE
    plugin_attrib = "address"

    type = Attr(one_of(*TYPES))
    jid = Attr(JID, default=_NOBODY)
    uri = Attr(str)
    node = Attr(str)
    desc = Attr(str)
    delivered = Attr(bool, default=False)

    def set_uri(self, value: str) -> None:
        """Set an address that is none of XMPP's; ``jid`` and ``node`` go, for there cannot be both (section 4)."""
        Address.uri.write(self, value)
        if value:
            Address.jid.delete(self)
            Address.node.delete(self)

    def set_delivered(self, value: bool) -> None:
        """Say that it was delivered; there is no word for the opposite (section 11)."""
        if value:
            Address.delivered.write(self, True)
        else:
            Address.delivered.delete(self)


#: What a program may assign: objects, or dictionaries with what they have.
AddressLike: TypeAlias = Address | Mapping[str, Any]


class _OfType(Field[list[Address], Iterable[AddressLike] | None]):
    """The addresses of one type, or all of them; the list is a copy."""

    def __init__(self, type: str | None = None) -> None:
        super().__init__()
        self._type = type

    def read(self, stanza: ItemAccess) -> list[Address]:
        """Return the addresses, in their order."""
        found = stanza.children_of(Address)
        return found if self._type is None else [one for one in found if one.xml.get("type") == self._type]

    def write(self, stanza: ItemAccess, value: Iterable[AddressLike] | None) -> None:
        """Have these addresses, in the place of those that are there."""
        if isinstance(value, str | Mapping | Address):
            # All of them can be iterated over, too.
            raise FieldValueError(f"{self.where}: a list of addresses is needed")
        made = [self._made(one) for one in value or ()]
        stanza.replace_elements([one.xml for one in self.read(stanza)], made, self.where)
        if made and stanza.is_loose:
            stanza.attach()

    def delete(self, stanza: ItemAccess) -> None:
        """Take these addresses out."""
        stanza.replace_elements([one.xml for one in self.read(stanza)], (), self.where)

    def _made(self, given: AddressLike) -> Address:
        values = {
            key: given[key] for key in ("type", "jid", "uri", "node", "desc", "delivered") if key in given
        }
        if self._type is not None:
            values["type"] = self._type
        return make_address(**values)


class Addresses(ElementBase):
    """All addresses of a stanza, also by type: ``message["addresses"]["to"]`` is a list.

    The keys are ``to``, ``cc``, ``bcc``, ``replyto``, ``replyroom``, ``noreply`` and ``ofrom``, and ``addresses`` (or
    ``all``) for all of them. Objects or dictionaries may be assigned: ``[{"jid": "a@b.c", "desc": "A"}]``.
    """

    name = "addresses"
    namespace = NAMESPACE
    plugin_attrib = "addresses"

    addresses = _OfType()
    all = _OfType()
    to = _OfType("to")
    cc = _OfType("cc")
    bcc = _OfType("bcc")
    replyto = _OfType("replyto")
    replyroom = _OfType("replyroom")
    noreply = _OfType("noreply")
    ofrom = _OfType("ofrom")

    def add_address(
        self,
        atype: str = "to",
        jid: JID | str = "",
        node: str = "",
        uri: str = "",
        desc: str = "",
        delivered: bool = False,
    ) -> Address:
        """Add an address, and give it back.

        :param atype: its type.
        :param jid: whose.
        :param node: a part of that one.
        :param uri: an address that is none of XMPP's, instead of ``jid``.
        :param desc: a text for people.
        :param delivered: whether it was delivered to that one already.
        :raises FieldValueError: it has no type that there is, or two addresses, or none (section 4).
        """
        made = make_address(atype, jid, node, uri, desc, delivered)
        self.append(made)
        return made


def make_address(
    type: str = "to",
    jid: JID | str = "",
    node: str = "",
    uri: str = "",
    desc: str = "",
    delivered: bool = False,
) -> Address:
    """Make an address; the parameters are those of :meth:`Addresses.add_address`."""
    made = Address()
    made.type, made.uri, made.jid, made.node, made.desc = type, uri, jid, node, desc
    made.delivered = delivered
    if uri and (jid or node):
        raise FieldValueError("an address has a jid or a uri, and not both")
    if type != "noreply" and not (jid or uri or node or desc):
        raise FieldValueError("an address has a jid, a uri, a node or a desc")
    return made


register_stanza_plugin(Addresses, Address, iterable=True)
