"""``<si/>`` of XEP-0095 section 4.1, and the negotiation of the method in it (XEP-0020)."""

from collections.abc import Iterable
from typing import Final

from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0020.stanza import FeatureNegotiation
from helixmpp.stanza import Attr, ElementBase, register_stanza_plugin

__all__ = ["NAMESPACE", "SI", "FeatureNegotiation"]

NAMESPACE = "http://jabber.org/protocol/si"

_METHOD: Final = "stream-method"


class SI(ElementBase):
    """An offer of a stream, or its acceptance.

    What the stream is for stands in it in the namespace of the profile; ``si["feature_neg"]["form"]`` is the form.
    """

    name = "si"
    namespace = NAMESPACE
    plugin_attrib = "si"

    id = Attr(str)
    mime_type = Attr(str, "mime-type")
    profile = Attr(str)

    @property
    def offered(self) -> list[str]:
        """The methods that may be chosen from, in the order of the offer."""
        form = self._form()
        field = form.field.get(_METHOD) if form is not None else None
        return [] if field is None else [option.value for option in field.options]

    @property
    def chosen(self) -> str:
        """The method that was chosen; ``""`` where there is none, or more than one."""
        form = self._form()
        field = form.field.get(_METHOD) if form is not None else None
        texts = [] if field is None else field.texts
        return texts[0] if len(texts) == 1 else ""

    def offer(self, methods: Iterable[str]) -> None:
        """Put in the methods that may be chosen from."""
        form = self[FeatureNegotiation][Form]
        form.add_field(_METHOD, "list-single", options=methods)

    def choose(self, method: str) -> None:
        """Put in the method that was chosen."""
        form = self[FeatureNegotiation][Form]
        form.type = "submit"
        form.add_field(_METHOD, value=method)

    def _form(self) -> Form | None:
        negotiation = self.get(FeatureNegotiation)
        return None if negotiation is None else negotiation.get(Form)


register_stanza_plugin(SI, FeatureNegotiation)
