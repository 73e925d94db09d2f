"""``<set xmlns='http://jabber.org/protocol/rsm'/>``: which page is asked for, or was given."""

from typing import ClassVar

from helixmpp.stanza import ChildAttr, ChildText, ElementBase, codec_for

__all__ = ["NAMESPACE", "Set"]

NAMESPACE = "http://jabber.org/protocol/rsm"


class _Count:
    """A number of items: not negative."""

    def parse(self, text: str) -> int:
        number = codec_for(int).parse(text)
        if number < 0:
            raise ValueError("a number of items is not negative")
        return number

    def format(self, value: int) -> str:
        text = codec_for(int).format(value)
        self.parse(text)
        return text


class Set(ElementBase):
    """A page of a result.

    A request has ``max``, the number of items of the page, and from where on: ``after`` or ``before`` the item of
    a UID, or ``index``. ``before`` is True for the last page (section 2.5). An answer has the UIDs of the
    ``first`` and the ``last`` item, with ``first_index``, the place of the first, and ``count``, how many there
    are in all. Numbers that are absent are None, texts ``""``; the
    item ``before`` is None, too.
    """

    name = "set"
    namespace = NAMESPACE
    plugin_attrib = "rsm"
    interfaces: ClassVar[set[str]] = {"before"}

    max = ChildText(_Count())
    after = ChildText()
    index = ChildText(_Count())
    first = ChildText()
    first_index = ChildAttr(_Count(), "first", "index")
    last = ChildText()
    count = ChildText(_Count())

    @property
    def before(self) -> str | bool:
        """The UID that the page ends before; True for the last page, ``""`` where nothing is said."""
        found = self.get_before()
        return "" if found is None else found

    @before.setter
    def before(self, value: str | bool | None) -> None:
        self.set_before(value)

    def get_before(self) -> str | bool | None:
        """Return the UID that the page ends before; True for the last page, None where nothing is said."""
        found = self._xml.find(f"{{{NAMESPACE}}}before")
        return None if found is None else found.text or True

    def set_before(self, value: str | bool | None) -> None:
        """Ask for the page before an item, or by True for the last one.

        :raises FieldValueError: it holds what XML forbids.
        """
        if value is True:
            self._set_sub_text("before", None, keep=True)
        else:
            self._set_sub_text("before", value or None)

    def del_before(self) -> None:
        """Do not ask for a page before anything."""
        self._del_sub("before")
