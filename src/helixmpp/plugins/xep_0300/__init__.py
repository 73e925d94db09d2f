"""XEP-0300, Cryptographic Hash Functions: hashes of files and other bytes, with the name of their function.

Other protocols carry them: a file that somebody shares has its hash beside it, and who got the file can tell whether it
is that one.

Use::

    xmpp.register_plugin("xep_0300")
    hashes = xmpp.plugin["xep_0300"]
    made = await asyncio.to_thread(hashes.compute_hash, "summit.jpg", "sha3-256")
    if hashes.check(received["file"]["hashes"], data=content):
        print("it is the right file")

Events: none.

Operations: none.

Limits: MD5 and older functions are not known (XEP-0414). SHA-1, and whatever is shorter than 256 bits, is made when it
is asked for, and vouches for nothing. ``check`` reads bytes once, however many hashes a peer sent.

Version: XEP-0300 1.0.0.
"""

from helixmpp.plugins.xep_0300.functions import FUNCTIONS, Hasher, function_name, new_hash, vouches
from helixmpp.plugins.xep_0300.hash import XEP_0300
from helixmpp.plugins.xep_0300.stanza import NAMESPACE, Hash, HashUsed

__all__ = [
    "FUNCTIONS",
    "NAMESPACE",
    "XEP_0300",
    "Hash",
    "HashUsed",
    "Hasher",
    "function_name",
    "new_hash",
    "vouches",
]
