"""Storage engines: where plugins keep their state.

``ClientXMPP(jid, password, storage="file:///var/lib/bot")`` picks one by the scheme of its URL; an object of
one of these classes does as well. ``memory://`` is the default and forgets everything with the client. The engines of
databases, ``sqlite:///bot.db`` and others, come with extras and are loaded when they are asked for.
"""

from helixmpp.storage.carrying import Storage, export_lines, import_lines
from helixmpp.storage.folder import FolderEngine
from helixmpp.storage.memory import MemoryEngine

__all__ = ["FolderEngine", "MemoryEngine", "Storage", "export_lines", "import_lines"]
