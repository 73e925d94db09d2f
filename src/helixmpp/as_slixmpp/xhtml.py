"""XHTML as programs in slixmpp's style read it: what stands in the body, without the element around it."""

from helixmpp.plugins.xep_0071.stanza import XHTML_IM

__all__ = ["bodies_are_contents", "bodies_are_elements"]


def bodies_are_contents() -> None:
    """Have ``message["html"]["body"]`` without ``<body>``."""
    XHTML_IM.has_tags = False


def bodies_are_elements() -> None:
    """Have it with ``<body>``."""
    XHTML_IM.has_tags = True
