"""``<pinned/>`` of XEP-0469, which stands in the extensions of a bookmark."""

from typing import ClassVar

from helixmpp.stanza import ElementBase

__all__ = ["NAMESPACE", "NS", "Pinned"]

NAMESPACE = "urn:xmpp:bookmarks-pinning:0"
#: The name that programs import.
NS = NAMESPACE


class Pinned(ElementBase):
    """The bookmark is an important one: ``conference["extensions"]["pinned"]`` is a bool, which may be assigned."""

    name = "pinned"
    namespace = NAMESPACE
    plugin_attrib = "pinned"
    interfaces: ClassVar[set[str]] = {"pinned"}
    is_extension = True

    def get_pinned(self) -> bool:
        """Return whether the bookmark is pinned."""
        return self._owner() is not None and not self.is_loose

    def set_pinned(self, value: object) -> None:
        """Pin the bookmark, or unpin it."""
        if value:
            self.attach()
        else:
            self.del_pinned()

    def del_pinned(self) -> None:
        """Unpin the bookmark."""
        owner = self._owner()
        if owner is not None:
            del owner[Pinned]
