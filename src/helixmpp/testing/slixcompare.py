"""Elements for tests: read from a text that leaves namespaces out, and compared by what they mean."""

from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from helixmpp.xml import NS_CLIENT, NS_STREAM, copy_element

__all__ = ["difference", "fix_namespaces", "parse_xml", "same"]


def parse_xml(text: str | bytes) -> Element:
    """Read one element of a test; ``stream:`` need not be declared.

    :raises ValueError: it is no element; the message has the text, which is the test's own.
    """
    string = text.decode() if isinstance(text, bytes) else text
    try:
        # The text is written by the author of the test: nothing hostile is read here.
        around = ET.fromstring(f"<around xmlns:stream={NS_STREAM!r}>{string}</around>")  # noqa: S314
        return around[0]
    except (ET.ParseError, IndexError) as error:
        raise ValueError(f"this is not XML: {error}: {string}") from None


def fix_namespaces(xml: Element, namespace: str = NS_CLIENT) -> None:
    """Put every element that has no namespace into this one."""
    for element in xml.iter():
        if not element.tag.startswith("{"):
            element.tag = f"{{{namespace}}}{element.tag}"


def same(first: Element, second: Element) -> bool:
    """Whether two elements mean the same: the order of children and spaces around texts do not count."""
    if first.tag != second.tag or first.attrib != second.attrib or len(first) != len(second):
        return False
    if (first.text or "").strip() != (second.text or "").strip():
        return False
    left = list(second)
    for child in first:
        found = next((other for other in left if same(child, other)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def difference(wanted: Element, found: Element) -> str:
    """Both elements as text, one tag a line, for the message of a test that failed."""
    return f"wanted:\n{_lines(wanted)}\n\nfound:\n{_lines(found)}"


def _lines(xml: Element) -> str:
    copy = copy_element(xml)
    ET.indent(copy)
    return ET.tostring(copy, encoding="unicode")
