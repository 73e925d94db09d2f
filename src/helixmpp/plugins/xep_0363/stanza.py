"""``<request/>`` and ``<slot/>`` of XEP-0363, and what its errors tell."""

from datetime import datetime

from helixmpp.plugins._unsigned import UNSIGNED
from helixmpp.stanza import (
    Attr,
    Child,
    Children,
    ChildText,
    ElementBase,
    Text,
    register_stanza_plugin,
)

__all__ = [
    "NAMESPACE",
    "NS_PURPOSE",
    "Ephemeral",
    "EphemeralPurpose",
    "FileTooLarge",
    "Get",
    "Header",
    "MessagePurpose",
    "Permanent",
    "PermanentPurpose",
    "Profile",
    "ProfilePurpose",
    "Put",
    "Request",
    "Retry",
    "Slot",
]

NAMESPACE = "urn:xmpp:http:upload:0"
NS_PURPOSE = "urn:xmpp:http:upload:purpose:0"


class Request(ElementBase):
    """Asks for a place for a file: ``iq["http_upload_request"]``; its ``size`` is in bytes."""

    name = "request"
    namespace = NAMESPACE
    plugin_attrib = "http_upload_request"

    filename = Attr(str)
    size = Attr(UNSIGNED)
    content_type = Attr(str, "content-type", key="content-type")


class MessagePurpose(ElementBase):
    """The file belongs to a message (section 5.1)."""

    name = "message"
    namespace = NS_PURPOSE
    plugin_attrib = "message_purpose"


class Profile(ElementBase):
    """The file belongs to a profile, such as a picture of somebody (section 5.2)."""

    name = "profile"
    namespace = NS_PURPOSE
    plugin_attrib = "profile"


class Ephemeral(ElementBase):
    """The file is to be gone by the moment ``expire_before`` (section 5.3)."""

    name = "ephemeral"
    namespace = NS_PURPOSE
    plugin_attrib = "ephemeral"

    expire_before = Attr(datetime, "expire-before")


class Permanent(ElementBase):
    """The file is to stay (section 5.4)."""

    name = "permanent"
    namespace = NS_PURPOSE
    plugin_attrib = "permanent"


# The names that programs import.
EphemeralPurpose = Ephemeral
PermanentPurpose = Permanent
ProfilePurpose = Profile


class Header(ElementBase):
    """A header of the HTTP request, as the service sent it; the module ``slots`` says which ones count."""

    name = "header"
    namespace = NAMESPACE
    plugin_attrib = "header"
    plugin_multi_attrib = "headers"

    # ElementBase has a member of that name: the element's.
    name_ = Attr(str, "name", key="name")
    value = Text()


class Put(ElementBase):
    """Where the file is to be put: ``url``, and the ``headers`` to go with it."""

    name = "put"
    namespace = NAMESPACE
    plugin_attrib = "put"

    url = Attr(str)
    headers = Children(Header)


class Get(ElementBase):
    """Where it can be got then: ``url``."""

    name = "get"
    namespace = NAMESPACE
    plugin_attrib = "get"

    url = Attr(str)


class Slot(ElementBase):
    """A place for a file: ``iq["http_upload_slot"]["put"]["url"]``, and ``["get"]["url"]``."""

    name = "slot"
    namespace = NAMESPACE
    plugin_attrib = "http_upload_slot"

    # ElementBase has a method get().
    put_ = Child(Put, key="put")
    get_ = Child(Get, key="get")


class FileTooLarge(ElementBase):
    """In an error: the file is too large; ``max_file_size`` bytes are allowed (section 6)."""

    name = "file-too-large"
    namespace = NAMESPACE
    plugin_attrib = "file_too_large"

    max_file_size = ChildText(UNSIGNED, "max-file-size")


class Retry(ElementBase):
    """In an error: from the moment ``stamp`` on it may be tried again (section 6)."""

    name = "retry"
    namespace = NAMESPACE
    plugin_attrib = "retry"

    stamp = Attr(datetime)


register_stanza_plugin(Slot, Put)
register_stanza_plugin(Slot, Get)
for _purpose in (MessagePurpose, Profile, Ephemeral, Permanent):
    register_stanza_plugin(Request, _purpose)
