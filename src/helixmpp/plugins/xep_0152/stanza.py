"""``<reach/>`` of XEP-0152 section 3: by what other means somebody can be reached."""

from helixmpp.stanza import Attr, Children, ChildText, ElementBase

__all__ = ["NAMESPACE", "Address", "Reachability"]

NAMESPACE = "urn:xmpp:reach:0"


class Address(ElementBase):
    """One address: ``uri``, and ``desc``, a text for people, one for each language: ``address["desc|en"]``."""

    name = "addr"
    namespace = NAMESPACE
    plugin_attrib = "address"
    plugin_multi_attrib = "addresses"

    uri = Attr(str)
    desc = ChildText(lang=True)


class Reachability(ElementBase):
    """Addresses in the order in which they are to be tried: ``reach["addresses"]``; it may have none."""

    name = "reach"
    namespace = NAMESPACE
    plugin_attrib = "reach"

    addresses = Children(Address)

    def add_address(self, uri: str, desc: str | dict[str, str] | None = None) -> Address:
        """Add an address, and give it back.

        :param desc: a text for people, or one for each language.
        :raises FieldValueError: there is no URI, or a text has what XML forbids.
        """
        address = Address()
        address["uri"] = uri
        if desc:
            address["desc"] = desc
        self.append(address)
        return address
