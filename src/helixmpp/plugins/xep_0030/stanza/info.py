"""``<query xmlns='http://jabber.org/protocol/disco#info'/>``: what an entity is, and what it can do."""

from collections.abc import Collection, Iterable
from typing import ClassVar, Literal, overload
from xml.etree.ElementTree import Element

from helixmpp.errors import FieldValueError
from helixmpp.stanza import Attr, ElementBase
from helixmpp.xml import NS_XML, check_text

__all__ = ["NS_INFO", "DiscoInfo", "Identity"]

NS_INFO = "http://jabber.org/protocol/disco#info"

#: Category, type, language and name; the last two may be None.
Identity = tuple[str, str, str | None, str | None]

_IDENTITY = f"{{{NS_INFO}}}identity"
_FEATURE = f"{{{NS_INFO}}}feature"
_LANG = f"{{{NS_XML}}}lang"


class DiscoInfo(ElementBase):
    """Identities and features of an entity, or of one of its nodes (XEP-0030 section 3).

    ``info["identities"]`` is a set of tuples (category, type, language, name), ``info["features"]`` a set of
    texts, ``info["node"]`` the node; each is an attribute, too.
    """

    name = "query"
    namespace = NS_INFO
    plugin_attrib = "disco_info"
    interfaces: ClassVar[set[str]] = {"identities", "features"}

    node = Attr(str)

    # -- identities -------------------------------------------------------------------------------------

    @property
    def identities(self) -> set[Identity]:
        """Every identity; assigning takes the place of all."""
        return self.get_identities()

    @identities.setter
    def identities(self, identities: Iterable[Identity]) -> None:
        self.set_identities(identities)

    @overload
    def get_identities(self, lang: str | None = ..., dedupe: Literal[True] = ...) -> set[Identity]: ...
    @overload
    def get_identities(self, lang: str | None = ..., *, dedupe: bool) -> Collection[Identity]: ...
    def get_identities(self, lang: str | None = None, dedupe: bool = True) -> Collection[Identity]:
        """The identities: a set, or with ``dedupe=False`` a list of all that were sent.

        :param lang: only those of that language; ``"*"`` is the same as None.
        """
        found = [_identity_of(child) for child in self._xml.iterfind(_IDENTITY)]
        if lang and lang != "*":
            found = [identity for identity in found if identity[2] == lang]
        return set(found) if dedupe else found

    def set_identities(self, identities: Iterable[Identity], lang: str | None = None) -> None:
        """Put in these identities, in the place of all, or of those of one language.

        :raises FieldValueError: one is no such tuple, or holds what XML forbids; nothing was changed.
        """
        # The same identity in one language has one name (section 3.1): the last one given.
        new = {
            (category, kind, of): _identity(category, kind, of, name)
            for category, kind, of, name in identities
        }
        self.del_identities(lang)
        keys = {_identity_of(child)[:3] for child in self._xml.iterfind(_IDENTITY)}
        self._put_identities([new[key] for key in sorted(new, key=str) if key not in keys])

    def del_identities(self, lang: str | None = None) -> None:
        """Take out every identity, or those of one language."""
        for child in self._xml.findall(_IDENTITY):
            if not lang or lang == "*" or child.get(_LANG) == lang:
                self._xml.remove(child)

    def add_identity(
        self, category: str, itype: str, name: str | None = None, lang: str | None = None
    ) -> bool:
        """Add an identity; False when one of that category, type and language is there already.

        :raises FieldValueError: a text holds what XML forbids.
        """
        element = _identity(category, itype, lang, name)
        if any(
            _identity_of(child)[:3] == _identity_of(element)[:3] for child in self._xml.iterfind(_IDENTITY)
        ):
            return False
        self._put_identities([element])
        return True

    def del_identity(
        self, category: str, itype: str, name: str | None = None, lang: str | None = None
    ) -> bool:
        """Take out the identity of that category, type and language; whether there was one."""
        for child in self._xml.findall(_IDENTITY):
            if _identity_of(child)[:3] == (category, itype, lang or None):
                self._xml.remove(child)
                return True
        return False

    def _put_identities(self, elements: list[Element]) -> None:
        # The schema has them before the features.
        place = len(self._xml.findall(_IDENTITY))
        self._xml[place:place] = elements
        self.attach()

    # -- features ---------------------------------------------------------------------------------------

    @property
    def features(self) -> set[str]:
        """Every feature; assigning takes the place of all."""
        return self.get_features()

    @features.setter
    def features(self, features: Iterable[str]) -> None:
        self.set_features(features)

    @overload
    def get_features(self, dedupe: Literal[True] = ...) -> set[str]: ...
    @overload
    def get_features(self, dedupe: bool) -> Collection[str]: ...
    def get_features(self, dedupe: bool = True) -> Collection[str]:
        """The features: a set, or with ``dedupe=False`` a list of all that were sent."""
        found = [child.get("var", "") for child in self._xml.iterfind(_FEATURE)]
        return set(found) if dedupe else found

    def set_features(self, features: Iterable[str]) -> None:
        """Put in these features, in the place of all.

        :raises FieldValueError: one holds what XML forbids; nothing was changed.
        """
        new = [_feature(feature) for feature in sorted(set(features))]
        self.del_features()
        self._xml.extend(new)
        self.attach()

    def del_features(self) -> None:
        """Take out every feature."""
        for child in self._xml.findall(_FEATURE):
            self._xml.remove(child)

    def add_feature(self, feature: str) -> bool:
        """Add a feature; False when it is there already.

        :raises FieldValueError: it holds what XML forbids.
        """
        element = _feature(feature)
        if any(child.get("var") == feature for child in self._xml.iterfind(_FEATURE)):
            return False
        self._xml.append(element)
        self.attach()
        return True

    def del_feature(self, feature: str) -> bool:
        """Take out a feature; whether it was there."""
        found = [child for child in self._xml.iterfind(_FEATURE) if child.get("var") == feature]
        for child in found:
            self._xml.remove(child)
        return bool(found)


def _identity_of(element: Element) -> Identity:
    return element.get("category", ""), element.get("type", ""), element.get(_LANG), element.get("name")


def _identity(category: str, kind: str, lang: str | None, name: str | None) -> Element:
    element = Element(_IDENTITY, {"category": _text(category), "type": _text(kind)})
    if lang:
        element.set(_LANG, _text(lang))
    if name:
        element.set("name", _text(name))
    return element


def _feature(feature: str) -> Element:
    return Element(_FEATURE, {"var": _text(feature)})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise FieldValueError(f"DiscoInfo: a str is needed, not {type(value).__name__}")
    try:
        return check_text(value)
    except ValueError as error:
        raise FieldValueError(f"DiscoInfo: {error}") from None
