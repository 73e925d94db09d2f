"""Work on trees of any depth, without recursion."""

from xml.etree.ElementTree import Element

__all__ = ["copy_element"]


def copy_element(element: Element) -> Element:
    """Return a deep copy of the element; the depth does not matter.

    Its ``tail`` is left out: that is the parent's text, not the element's.
    """
    result = _copy_one(element)
    todo = [(element, result)]
    while todo:
        source, target = todo.pop()
        for child in source:
            copied = _copy_one(child)
            copied.tail = child.tail
            target.append(copied)
            if len(child):
                todo.append((child, copied))
    return result


def _copy_one(element: Element) -> Element:
    # items(), because to read attrib would make a dict for each element that has none.
    items = element.items()
    copied = Element(element.tag, dict(items)) if items else Element(element.tag)
    copied.text = element.text
    return copied
