"""XEP-0363, HTTP File Upload: puts a file where everybody who knows its URL can get it.

The server names a service, the service gives a place, and the file goes there by HTTP. This needs aiohttp:
``pip install 'helixmpp[http]'``.

Use::

    xmpp.register_plugin("xep_0363")
    url = await xmpp.plugin["xep_0363"].upload_file("cat.jpg")
    message = xmpp.make_message("juliet@example.org", url)
    message["oob"]["url"] = url  # with xep_0066: clients show the picture
    message.send()

Events: none.

Operations: none.

Limits: a file has ``max_size`` bytes, and no more than the service takes; it goes as exactly so many bytes as were
announced. Of the service's headers only Authorization, Cookie and Expires are sent (section 4), redirects are not
followed, and URLs without TLS are refused unless ``allow_http`` is set. The file is not encrypted: the service, and
everybody who gets to know the URL, can read it.

Version: XEP-0363 1.2.0.
"""

from helixmpp.plugins.xep_0363.errors import (
    FileTooBig,
    FileUploadError,
    HTTPError,
    PurposeNotSupported,
    UploadServiceNotFound,
)
from helixmpp.plugins.xep_0363.http import PutFile, PutSettings
from helixmpp.plugins.xep_0363.http_upload import XEP_0363
from helixmpp.plugins.xep_0363.slots import Place
from helixmpp.plugins.xep_0363.stanza import (
    Ephemeral,
    FileTooLarge,
    Get,
    Header,
    MessagePurpose,
    Permanent,
    Profile,
    Put,
    Request,
    Retry,
    Slot,
)

__all__ = [
    "XEP_0363",
    "Ephemeral",
    "FileTooBig",
    "FileTooLarge",
    "FileUploadError",
    "Get",
    "HTTPError",
    "Header",
    "MessagePurpose",
    "Permanent",
    "Place",
    "Profile",
    "PurposeNotSupported",
    "Put",
    "PutFile",
    "PutSettings",
    "Request",
    "Retry",
    "Slot",
    "UploadServiceNotFound",
]
