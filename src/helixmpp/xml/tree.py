"""Work on trees of any depth, without recursion."""

from typing import Final
from xml.etree.ElementTree import Element

__all__ = ["copy_element"]


# An element within itself would be copied for ever; its ancestors are looked at each time it got so much deeper.
_CYCLE_CHECK: Final = 10_000


def copy_element(element: Element) -> Element:
    """Return a deep copy of the element; the depth does not matter.

    Its ``tail`` is left out: that is the parent's text, not the element's.

    :raises ValueError: an element contains itself.
    """
    result = _copy_one(element)
    path = [(iter(element), element, result)]
    while path:
        children, _, target = path[-1]
        for child in children:
            copied = _copy_one(child)
            copied.tail = child.tail
            target.append(copied)
            if len(child):
                path.append((iter(child), child, copied))
                if not len(path) % _CYCLE_CHECK and len({id(node) for _, node, _ in path}) < len(path):
                    raise ValueError("an element contains itself")
                break
        else:
            path.pop()
    return result


def _copy_one(element: Element) -> Element:
    # items(), because to read attrib would make a dict for each element that has none.
    items = element.items()
    copied = Element(element.tag, dict(items)) if items else Element(element.tag)
    copied.text = element.text
    return copied
