"""File names that a stranger chose, made fit to be the name of a file in a folder of ours."""

import re
from typing import Final

__all__ = ["safe_name"]

_LONGEST: Final = 120  # characters; in UTF-8 they fit into the 255 bytes that file systems allow
# Separators, what Windows forbids, and what cannot be seen or turns the text around.
_FORBIDDEN: Final = re.compile(
    r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]'
)
# Names of devices under Windows, with any extension and with spaces before it.
_DEVICE: Final = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\..*)?",
    re.IGNORECASE | re.DOTALL,
)


def safe_name(name: str, default: str = "file") -> str:
    """Make a name that has no folder in it and is one on every system.

    :param name: what a peer calls its file; of a path the last part is taken.
    :param default: what to call it when nothing is left.
    """
    last = re.split(r"[/\\]", name)[-1]
    clean = _FORBIDDEN.sub("_", last).strip(" .")
    if len(clean.encode()) > _LONGEST * 2:
        stem, dot, extension = clean.rpartition(".")
        ending = f"{dot}{extension}" if stem and len(extension) <= 10 else ""
        clean = clean[: _LONGEST // 2 - len(ending)].rstrip(" .") + ending
    if _DEVICE.fullmatch(clean):
        clean = f"_{clean}"
    return clean or default
