"""XEP-0313, Message Archive Management: what was said, also while we were away.

A server keeps the messages of an account, and a room those that were said in it.

Use::

    xmpp.register_plugin("xep_0313")
    async for message in xmpp.plugin["xep_0313"].iterate(with_jid="juliet@example.org", reverse=True, total=20):
        print(message["mam_result"]["forwarded"]["stanza"]["body"])
    async for message in xmpp.plugin["xep_0313"].catch_up():  # at each session_start
        print("while we were away:", message[Result].message)

Events: none; what is in an archive comes only to who asks.

Operations: ``get_position``, ``set_position`` and ``del_position``, typed by :class:`ArchiveStore`: how far
``catch_up()`` has read an archive. The default ones keep it on the engine of ``storage=``, so that after a restart it
goes on behind it.

Limits: results count only while their query is open, with its id, from the archive that was asked, each id once
(section 9.2). A page has ``max_results`` of them and takes ``max_page_size`` bytes, an iteration ``max_pages`` pages
and ``max_items`` results; one more raises :class:`~helixmpp.plugins.xep_0059.EndlessResults`. Of ``max_archives``
archives the position is kept. What is kept about is set by another plugin (``xep_0441``).

Version: XEP-0313 1.1.3.
"""

from helixmpp.plugins.xep_0313.mam import XEP_0313
from helixmpp.plugins.xep_0313.pages import ArchiveIterator
from helixmpp.plugins.xep_0313.stanza import MAM, End, Fin, Metadata, Result, Start
from helixmpp.plugins.xep_0313.store import ArchiveStore, Position

__all__ = [
    "MAM",
    "XEP_0313",
    "ArchiveIterator",
    "ArchiveStore",
    "End",
    "Fin",
    "Metadata",
    "Position",
    "Result",
    "Start",
]
