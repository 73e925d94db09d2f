"""Elements laid out for people: one tag a line."""

from xml.etree.ElementTree import Element

from helixmpp.xml import copy_element

__all__ = ["laid_out"]


def laid_out(element: Element, indent: str = "") -> Element:
    """Return a copy with spaces between its tags; elements that have text keep it as it is.

    :param indent: what each line begins with.
    """
    shown = copy_element(element)
    # Not by ElementTree.indent(): that calls itself for each level, and received trees may be deep.
    todo = [(shown, 0)]
    while todo:
        part, depth = todo.pop()
        if len(part) and not (part.text or "").strip():
            part.text = f"\n{indent}{'  ' * (depth + 1)}"
            for child in part:
                if not (child.tail or "").strip():
                    child.tail = part.text
            part[-1].tail = f"\n{indent}{'  ' * depth}"
        todo.extend((child, depth + 1) for child in part)
    return shown
