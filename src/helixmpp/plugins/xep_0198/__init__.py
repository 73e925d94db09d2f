"""XEP-0198, Stream Management: nothing that is sent gets lost with a connection, and a lost one is resumed.

A client does all of it without this plugin, wherever its server offers it: it counts what it sends, asks for
acknowledgements, resumes a lost stream, and sends again what a lost session had not brought over. The plugin is for
programs that look at it, or want it otherwise.

Use::

    receipt = xmpp.send(message)         # no plugin is needed for this
    print(await receipt)                 # "acked" once the server has it
    xmpp.register_plugin("xep_0198", {"window": 20})
    print(xmpp.plugin["xep_0198"].enabled, xmpp.plugin["xep_0198"].unacknowledged)

Events: ``sm_enabled`` and ``sm_failed`` with the facts of it, ``session_resumed``, ``stanza_acked`` and
``stanza_not_sent`` with the :class:`~helixmpp.Receipt`.

Operations: none; with a lasting ``storage=`` the session and what is sent are kept by the durable outbox.

Limits: ``outbox_limit`` of the client for what waits for a session; of what is written and not acknowledged, one
MiB before whoever awaits a send has to wait.

Version: XEP-0198 1.6.3.
"""

from helixmpp.plugins.xep_0198.stream_management import XEP_0198

__all__ = ["XEP_0198"]
