"""``<request/>`` and ``<received/>`` of XEP-0184 section 5."""

from typing import ClassVar

from helixmpp.stanza import Attr, ElementBase

__all__ = ["NAMESPACE", "Received", "Request"]

NAMESPACE = "urn:xmpp:receipts"


class Request(ElementBase):
    """Asks for a receipt: ``message["request_receipt"]`` is a bool."""

    name = "request"
    namespace = NAMESPACE
    plugin_attrib = "request_receipt"
    interfaces: ClassVar[set[str]] = {"request_receipt"}
    is_extension = True

    def get_request_receipt(self) -> bool:
        """Return whether a receipt is asked for."""
        return self._owner() is not None and not self.is_loose

    def set_request_receipt(self, value: object) -> None:
        """Ask for a receipt, or do not."""
        if value:
            self.attach()
        else:
            self.del_request_receipt()

    def del_request_receipt(self) -> None:
        """Do not ask for a receipt."""
        owner = self._owner()
        if owner is not None:
            del owner[Request]


class Received(ElementBase):
    """A receipt: ``message["receipt"]`` is the id of the message that was delivered, ``""`` where it is none."""

    name = "received"
    namespace = NAMESPACE
    plugin_attrib = "receipt"
    is_extension = True

    receipt = Attr(str, "id")
