"""``<html/>`` of XEP-0071 section 3: a message's text once more, with its looks."""

from typing import Any, ClassVar
from xml.etree.ElementTree import Element

from helixmpp.errors import FieldValueError, ProtocolError
from helixmpp.plugins.xep_0071.sanitizing import NS_XHTML, sanitize
from helixmpp.stanza import ElementBase
from helixmpp.xml import NS_XML, parse_one, serialize

__all__ = ["NAMESPACE", "XHTML_IM"]

NAMESPACE = "http://jabber.org/protocol/xhtml-im"
_BODY = f"{{{NS_XHTML}}}body"
_LANG = f"{{{NS_XML}}}lang"


class XHTML_IM(ElementBase):  # noqa: N801 - the name that programs import
    """A message's text with its looks: ``message["html"]["body"]``, and ``"body|de"`` by language.

    What is read is sanitised: it has nothing but the elements, attributes and styles that XEP-0071 recommends. The
    raw element is in ``html.xml``, and is not to be shown.
    """

    name = "html"
    namespace = NAMESPACE
    plugin_attrib = "html"
    interfaces: ClassVar[set[str]] = {"body"}
    lang_interfaces: ClassVar[set[str]] = {"body"}
    #: Whether a body as text has ``<body xmlns=...>`` around it, or is what stands in there.
    has_tags: ClassVar[bool] = True

    @property
    def bodies(self) -> dict[str, str]:
        """The sanitised bodies as text by their languages; of several in one language the first."""
        own = self.get_lang()
        found: dict[str, str] = {}
        for body in self.xml.findall(_BODY):
            found.setdefault(body.get(_LANG, own), self._written(sanitize(body)))
        return found

    def get_body(self, lang: str | None = None) -> Any:
        """Return the sanitised body as text, ``<body xmlns=...>``; ``""`` where there is none.

        :param lang: the language; without it the one of the message, else the first. With ``*`` the answer is
            :attr:`bodies`.
        """
        if lang == "*":
            return self.bodies
        body = self.get_content(lang)
        return "" if body is None else self._written(body)

    def _written(self, body: Element) -> str:
        if self.has_tags:
            return serialize(body, stream_ns="")
        bare = Element(_BODY)
        bare.text = body.text
        bare.extend(body)
        # ">" is escaped wherever it is no part of a tag.
        text = serialize(bare, stream_ns=NS_XHTML).replace("/>", " />")
        return text.removeprefix("<body>").removesuffix("</body>") if len(bare) or bare.text else ""

    def get_content(self, lang: str | None = None) -> Element | None:
        """Return the sanitised body as an element; None where there is none."""
        bodies = self.xml.findall(_BODY)
        own = self.get_lang().lower()
        wanted = lang.lower() if lang else own
        for body in bodies:
            if body.get(_LANG, own).lower() == wanted:
                return sanitize(body)
        return sanitize(bodies[0]) if bodies and not lang else None

    def set_body(self, content: str | Element | ElementBase, lang: str | None = None) -> None:
        """Have a body, in the place of the one in that language.

        :param content: XHTML as text, with or without ``<body>`` around it; or an element.
        :param lang: its language; without it that of the message.
        :raises FieldValueError: it is no well-formed XML, such as with a bare ``&`` or ``<br>``.
        """
        body = _body_of(content)
        if lang:
            body.set(_LANG, lang)
        own = self.get_lang().lower()
        wanted = body.get(_LANG, own).lower()
        old = [one for one in self.xml.findall(_BODY) if one.get(_LANG, own).lower() == wanted]
        self.replace_elements(old, [body], "html")

    def set_content(self, content: str | Element | ElementBase, lang: str | None = None) -> None:
        """Have a body; the same as :meth:`set_body`."""
        self.set_body(content, lang)
        self.attach()

    def del_body(self, lang: str | None = None) -> None:
        """Take the body in one language out; without ``lang``, and with ``*``, all of them."""
        own = self.get_lang().lower()
        for body in self.xml.findall(_BODY):
            if lang in (None, "", "*") or body.get(_LANG, own).lower() == lang.lower():
                self.xml.remove(body)

    del_content = del_body


def _body_of(content: str | Element | ElementBase) -> Element:
    if isinstance(content, str):
        text = content.strip()
        whole = text.startswith(("<body>", "<body ", "<body/"))
        try:
            # What has no namespace is XHTML here.
            parsed = parse_one(text if whole else f"<body>{content}</body>", stream_ns=NS_XHTML)
        except (ProtocolError, ValueError) as error:
            raise FieldValueError(f"XHTML_IM.body: no well-formed XHTML: {error}") from None
        if parsed.tag == _BODY:
            return parsed
        content = parsed
    element = content.xml if isinstance(content, ElementBase) else content
    if element.tag == _BODY:
        # A copy: the caller's stays as it is when a language is set.
        return parse_one(serialize(element, stream_ns=""), stream_ns=NS_XHTML)
    body = Element(_BODY)
    body.append(parse_one(serialize(element, stream_ns=""), stream_ns=NS_XHTML))
    return body
