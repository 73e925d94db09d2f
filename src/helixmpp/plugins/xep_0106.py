r"""XEP-0106, JID Escaping: names with spaces, quotes or an ``@`` as the local part of an address.

The local part of an address cannot have them. Gateways and clients write ``d'artagnan`` as ``d\27artagnan`` there, and
show it to people as it was.

Use::

    xmpp.register_plugin("xep_0106")  # says that we know it
    jid = JID(local=escape_node("d'artagnan"), domain="musketeers.example")
    print(unescape_node(jid.local))

Events: none.

Operations: none.

Limits: escaped is what is sent and compared; the name as it was is for people alone, for whom two addresses may look
alike then (section 8). White space around a name is no part of it, and a space that stands escaped at an end of a local
part, where no name has one, stays as it is.

Version: XEP-0106 1.1.1.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final

from helixmpp.core.plugin import BasePlugin

__all__ = ["XEP_0106", "escape_node", "unescape_node"]

# Section 3.2: the nine characters; the backslash itself comes beside them.
_CHARACTERS: Final = " \"&'/:<>@"
_OTHERS: Final = re.compile(f"[{_CHARACTERS}]")
_CODES: Final = "|".join(f"{ord(character):02x}" for character in (*_CHARACTERS, "\\"))
# Section 4.1: a backslash is escaped only where it would be taken for the beginning of an escape.
_BACKSLASH: Final = re.compile(rf"\\(?={_CODES})", re.IGNORECASE)
# Section 3.1: "CASE IS SIGNIFICANT".
_ESCAPED: Final = re.compile(rf"\\({_CODES})")
_CHARACTER_OF: Final[Mapping[str, str]] = MappingProxyType(
    {f"{ord(character):02x}": character for character in (*_CHARACTERS, "\\")}
)


class XEP_0106(BasePlugin):  # noqa: N801 - the name that programs import
    """JID escaping: announces that names are escaped, and unescaped where people see them."""

    name = "xep_0106"
    description = "JID escaping: names with spaces or an @ as the local part of an address"
    xep_version = "1.1.1"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (r"jid\20escaping",)


def escape_node(name: str) -> str:
    """The local part that stands for a name (section 4.2); what no address has all the same, ``JID`` refuses."""
    text = _BACKSLASH.sub(lambda _: r"\5c", name.strip())
    return _OTHERS.sub(lambda found: f"\\{ord(found[0]):02x}", text)


def unescape_node(local: str) -> str:
    """The name that a local part stands for, to be shown to people (section 4.1)."""
    end = len(local)

    def character(found: re.Match[str]) -> str:
        at_an_end = found.start() == 0 or found.end() == end
        return found[0] if found[1] == "20" and at_an_end else _CHARACTER_OF[found[1]]

    return _ESCAPED.sub(character, local)
