"""XEP-0257, Client Certificate Management: certificates at our account, to log in without its password.

A certificate is uploaded once; a client that has its key logs in by SASL EXTERNAL, and never knows the password. When
the device is stolen, the certificate is revoked.

Use::

    xmpp.register_plugin("xep_0257")
    certificates = xmpp.plugin["xep_0257"]
    await certificates.add_cert("Bot", Path("bot.pem").read_text(), allow_management=False)
    for name, item in (await certificates.certificates()).items():
        print(name, item["users"])
    await certificates.revoke_cert("Bot")

Events: none.

Operations: none; it is the account's server that keeps the certificates.

Limits: a certificate has no more than 64 KiB. Nothing is sent before the stream is encrypted. What it says of itself is
not looked at here: whoever has the key to a certificate that was added may log in.

Version: XEP-0257 0.3.
"""

from helixmpp.plugins.xep_0257.client_cert_management import XEP_0257
from helixmpp.plugins.xep_0257.stanza import AppendCert, CertItem, Certs, DisableCert, RevokeCert

__all__ = ["XEP_0257", "AppendCert", "CertItem", "Certs", "DisableCert", "RevokeCert"]
