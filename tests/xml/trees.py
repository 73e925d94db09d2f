"""Trees for the tests of what writes and copies them."""

from xml.etree.ElementTree import Element, SubElement


def facts(element: Element) -> list[tuple[str, dict[str, str], str, str, int]]:
    """All that a tree says, as a list: names, attributes, texts, and how many children there are.

    No text is the same as an empty one: XML knows no difference.
    """
    found: list[tuple[str, dict[str, str], str, str, int]] = []
    for each in element.iter():
        tail = "" if each is element else each.tail or ""
        found.append((each.tag, dict(each.items()), each.text or "", tail, len(each)))
    return found


def deep(depth: int) -> Element:
    """A tree of that depth, with a text and a tail on each level."""
    root = innermost = Element("{jabber:client}a")
    for level in range(depth - 1):
        innermost.text = "<"
        innermost = SubElement(innermost, "{u}b" if level % 2 else "{jabber:client}a", {"c": "&"})
        innermost.tail = ">"
    return root
