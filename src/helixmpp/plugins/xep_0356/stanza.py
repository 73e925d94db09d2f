"""``<privilege/>`` and ``<privileged_iq/>`` of XEP-0356."""

from helixmpp.plugins.xep_0297.stanza import Forwarded
from helixmpp.stanza import Attr, Children, ElementBase, Iq, register_stanza_plugin

__all__ = ["NAMESPACE", "NS", "NameSpace", "Perm", "Privilege", "PrivilegedIq"]

NAMESPACE = "urn:xmpp:privilege:2"
#: The name that programs import.
NS = NAMESPACE


class NameSpace(ElementBase):
    """Which requests with payloads of the namespace ``ns`` are allowed (section 6.2): ``type`` says."""

    name = "namespace"
    namespace = NAMESPACE
    plugin_attrib = "namespace"
    plugin_multi_attrib = "namespaces"

    ns = Attr(str)
    type = Attr(str)


class Perm(ElementBase):
    """One permission: ``access`` to what, of which ``type``; for ``iq``, the ``namespaces`` say it.

    ``push`` is None where the server does not say whether it tells of changes of rosters.
    """

    name = "perm"
    namespace = NAMESPACE
    plugin_attrib = "perm"
    plugin_multi_attrib = "perms"

    access = Attr(str)
    type = Attr(str)
    push = Attr(bool)
    namespaces = Children(NameSpace)


class Privilege(ElementBase):
    """What a server allows: ``for perm in message["privilege"]["perms"]``; or what is sent in the name of a user."""

    name = "privilege"
    namespace = NAMESPACE
    plugin_attrib = "privilege"

    perms = Children(Perm)

    def permission(self, access: str) -> str | None:
        """Return the type of the permission for that; None where nothing is said of it."""
        return next((perm.type for perm in self.perms if perm.access == access), None)

    def roster(self) -> str | None:
        """Return what may be done with rosters."""
        return self.permission("roster")

    def message(self) -> str | None:
        """Return whether messages may be sent for users."""
        return self.permission("message")

    def presence(self) -> str | None:
        """Return whose presence is told."""
        return self.permission("presence")

    def add_perm(self, access: str, type: str | None = None) -> Perm:
        """Add a permission, and give it back."""
        perm = Perm()
        perm.access = access
        perm.type = type
        self.append(perm)
        return perm


class PrivilegedIq(ElementBase):
    """Holds a request that the server sends in the name of its user (section 6.3): ``iq["privileged_iq"]["iq"]``."""

    name = "privileged_iq"
    namespace = NAMESPACE
    plugin_attrib = "privileged_iq"


register_stanza_plugin(Privilege, Forwarded)
register_stanza_plugin(PrivilegedIq, Iq)
