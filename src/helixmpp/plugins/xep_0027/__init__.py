"""XEP-0027, Current Jabber OpenPGP Usage: presences that are signed and messages that are encrypted by GnuPG.

It is obsolete: what it protects can be replayed, and nothing says whose key it is. It is here for programs that have
to understand clients of old.

Use::

    xmpp.register_plugin("xep_0027", {"gpg_binary": "gpg"})  # without gpg_binary no program is ever run
    await xmpp.plugin["xep_0027"].set_keyid(key="0123456789ABCDEF0123456789ABCDEF01234567")  # our own
    await xmpp.plugin["xep_0027"].set_keyid("juliet@example.org", "89ABCDEF01234567")
    message = xmpp.make_message("juliet@example.org", "secret", mtype="chat")
    await xmpp.plugin["xep_0027"].encrypt_message(message)
    message.send()

Presences that go out are signed when a key of their address is known. What came is decrypted by
``await xmpp.plugin["xep_0027"].decrypt_message(message)``.

Events: ``encrypted_message``, with a message that has an encrypted body. ``signed_presence``, with a presence whose
status was signed by the key that is known of its sender; ``unverified_signed_presence``, with one for which that
cannot be said: there is no such key, the signature is another one, or no program is to be run.

Operations: ``get_keyid``, ``set_keyid``, ``del_keyid`` and ``get_keyids``, typed by :class:`KeyIdStore`. The default
ones keep the ids of keys on the engine of ``storage=``. Keys themselves are GnuPG's.

Limits: ``max_keys`` ids are kept, the least recently used going first. GnuPG runs once at a time, for ``timeout``
seconds at most, and gives ``max_size`` bytes at most; ``max_waiting`` runs wait. For what strangers send it is never
run, and no key is ever fetched from anywhere.

Version: XEP-0027 1.4.
"""

from helixmpp.plugins.xep_0027.gpg import GPGError
from helixmpp.plugins.xep_0027.openpgp import XEP_0027
from helixmpp.plugins.xep_0027.stanza import Encrypted, Signed
from helixmpp.plugins.xep_0027.store import KeyIdStore

__all__ = ["XEP_0027", "Encrypted", "GPGError", "KeyIdStore", "Signed"]
