"""Paths over elements as programs write them: ``iq/{jabber:iq:roster}query``, ``message@type=chat/body``."""

__all__ = ["PathPart", "fix_ns", "parse_path", "split_path"]


def split_path(path: str) -> list[str]:
    """Split at the slashes that are not within a namespace in braces (those of ``{http://...}``)."""
    parts: list[str] = []
    start = depth = 0
    for index, char in enumerate(path):
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
        elif char == "/" and not depth:
            parts.append(path[start:index])
            start = index + 1
    parts.append(path[start:])
    return parts


def fix_ns(
    xpath: str, split: bool = False, propagate_ns: bool = True, default_ns: str = ""
) -> str | list[str]:
    """Give each name of a path without a namespace the one before it.

    ``{ns}a/b`` becomes ``{ns}a/{ns}b``. Wildcards and conditions (``*``, ``.``, ``[...]``) stay as they are.

    :param split: give a list of the parts instead of the path.
    :param propagate_ns: whether a namespace holds for the names behind it; else only ``default_ns`` does.
    :param default_ns: the namespace of the names before the first that has one.
    """
    namespace = default_ns
    fixed: list[str] = []
    for part in split_path(xpath):
        if part.startswith("{"):
            if propagate_ns:
                namespace = part[1:].partition("}")[0]
            fixed.append(part)
        elif namespace and part and part[0] not in "*.[@":
            fixed.append(f"{{{namespace}}}{part}")
        else:
            fixed.append(part)
    return fixed if split else "/".join(fixed)


class PathPart:
    """One step of a path: a name, and the items that have to have a value (None: any value at all)."""

    __slots__ = ("items", "tag")

    def __init__(self, tag: str, items: tuple[tuple[str, str | None], ...] = ()) -> None:
        self.tag = tag
        self.items = items

    @property
    def local(self) -> str:
        """The name without its namespace."""
        return self.tag.rpartition("}")[2]


def parse_path(path: str) -> tuple[PathPart, ...]:
    """Read ``tag@key=value@key=value/tag/...``.

    :raises ValueError: a step without a name, or a condition without a key.
    """
    parts: list[PathPart] = []
    for step in split_path(path.strip("/")):
        # An @ may be in a namespace, and a value may have a slash only within braces.
        brace = step.find("}") + 1
        name, *conditions = step[brace:].split("@")
        if not name:
            raise ValueError(f"a step of the path {path!r} has no name")
        items: list[tuple[str, str | None]] = []
        for condition in conditions:
            key, equals, value = condition.partition("=")
            if not key:
                raise ValueError(f"a condition of the path {path!r} has no key")
            items.append((key, value if equals else None))
        parts.append(PathPart(step[:brace] + name, tuple(items)))
    return tuple(parts)
