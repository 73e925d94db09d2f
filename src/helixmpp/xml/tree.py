"""Work on trees of any depth, without recursion."""

from typing import Final
from xml.etree.ElementTree import Element

__all__ = ["CYCLE_CHECK", "copy_element", "refuse_cycle"]

# An element within itself would be walked for ever: its ancestors are looked at whenever it got so much deeper.
CYCLE_CHECK: Final = 10_000


def refuse_cycle(ancestors: list[Element]) -> None:
    """Raise ValueError when an element is among its own ancestors."""
    if len({id(element) for element in ancestors}) < len(ancestors):
        raise ValueError("an element contains itself")


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
                if not len(path) % CYCLE_CHECK:
                    refuse_cycle([source for _, source, _ in path])
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
