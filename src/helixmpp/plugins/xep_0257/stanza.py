"""``<items/>``, ``<append/>``, ``<disable/>`` and ``<revoke/>`` of XEP-0257 section 2."""

import base64
import binascii
import re
from collections.abc import Iterable
from typing import ClassVar, Final
from xml.etree.ElementTree import SubElement

from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.stanza import Children, ChildText, ElementBase, Flag
from helixmpp.stanza.base.checks import checked_text

__all__ = [
    "MAX_SIZE",
    "NAMESPACE",
    "AppendCert",
    "CertItem",
    "Certs",
    "DisableCert",
    "RevokeCert",
    "base64_of",
]

NAMESPACE = "urn:xmpp:saslcert:1"
#: The largest certificate, in bytes.
MAX_SIZE: Final = 65_536

_RESOURCE: Final = f"{{{NAMESPACE}}}resource"
_USERS: Final = f"{{{NAMESPACE}}}users"
_PEM: Final = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)


def base64_of(certificate: object) -> str:
    """The base64 of a certificate that is given as its DER bytes, as a file in PEM form, or as base64 already.

    :raises FieldValueError: it is none of these, or larger than 64 KiB.
    """
    if isinstance(certificate, bytes | bytearray):
        if b"-----BEGIN" not in certificate:
            return base64.b64encode(_checked(bytes(certificate))).decode()
        certificate = certificate.decode("ascii", "replace")
    if not isinstance(certificate, str):
        raise FieldValueError(f"a certificate is bytes or a text, not {type(certificate).__name__}")
    found = _PEM.search(certificate)
    if found is None and "-----BEGIN" in certificate:
        # A key would be shown to the server; it has to stay here.
        raise FieldValueError("the text in PEM form has no certificate")
    text = found[1] if found is not None else certificate
    try:
        der = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise FieldValueError("the certificate is no base64") from None
    return base64.b64encode(_checked(der)).decode()


def _checked(der: bytes) -> bytes:
    # X.690 section 8.9.1: a certificate is a SEQUENCE.
    if not der.startswith(b"\x30"):
        raise FieldValueError("the bytes are no certificate in DER form")
    if len(der) > MAX_SIZE:
        raise FieldValueError(f"the certificate has {len(der)} bytes, more than {MAX_SIZE}")
    return der


class CertItem(ElementBase):
    """A certificate of the account: ``item["name"]``, ``item["x509cert"]`` in base64, ``item["users"]``."""

    name = "item"
    namespace = NAMESPACE
    plugin_attrib = "item"
    plugin_multi_attrib = "items"
    interfaces: ClassVar[set[str]] = {"users"}

    name_ = ChildText(str, "name")
    x509cert = ChildText()

    @property
    def der(self) -> bytes:
        """The bytes of the certificate.

        :raises BadStanza: the server sent no base64.
        """
        try:
            return base64.b64decode("".join(self.x509cert.split()), validate=True)
        except (binascii.Error, ValueError):
            raise BadStanza("CertItem.x509cert is no base64") from None

    @property
    def users(self) -> set[str]:
        """The resources that are logged in by this certificate, where the server tells."""
        return self.get_users()

    @users.setter
    def users(self, resources: Iterable[str]) -> None:
        self.set_users(resources)

    def get_users(self) -> set[str]:
        """Return the resources that are logged in by this certificate."""
        return {one.text or "" for one in self.xml.iterfind(f"{_USERS}/{_RESOURCE}")} - {""}

    def set_users(self, resources: Iterable[str]) -> None:
        """Have these resources, in the place of all.

        :raises FieldValueError: it is no list of texts that XML can hold; nothing was changed.
        """
        if isinstance(resources, str):
            raise FieldValueError("CertItem.users: a set of resources is needed, not str")
        texts = sorted({checked_text(one, "CertItem.users") for one in resources})
        self.del_users()
        if texts:
            users = SubElement(self.xml, _USERS)
            for text in texts:
                SubElement(users, _RESOURCE).text = text
        self.attach()

    def del_users(self) -> None:
        """Take all resources out."""
        for users in self.xml.findall(_USERS):
            self.xml.remove(users)


class Certs(ElementBase):
    """All certificates of the account: ``for item in iq["sasl_certs"]["items"]``."""

    name = "items"
    namespace = NAMESPACE
    plugin_attrib = "sasl_certs"

    items = Children(CertItem)


class AppendCert(ElementBase):
    """Adds a certificate; ``cert_management`` says whether who logs in by it may add and remove others."""

    name = "append"
    namespace = NAMESPACE
    plugin_attrib = "sasl_cert_append"
    interfaces: ClassVar[set[str]] = {"cert_management"}

    name_ = ChildText(str, "name")
    no_cert_management = Flag()
    x509cert = ChildText()

    @property
    def cert_management(self) -> bool:
        """Whether who logs in by it may add and remove certificates."""
        return self.get_cert_management()

    @cert_management.setter
    def cert_management(self, allowed: bool) -> None:
        self.set_cert_management(allowed)

    def get_cert_management(self) -> bool:
        """Return whether who logs in by it may add and remove certificates."""
        return not self.no_cert_management

    def set_cert_management(self, allowed: bool) -> None:
        """Allow who logs in by it to add and remove certificates, or not."""
        self["no_cert_management"] = not allowed

    def del_cert_management(self) -> None:
        """Allow it, as it is where nothing is said."""
        del self["no_cert_management"]


class DisableCert(ElementBase):
    """Takes a certificate away; who is logged in by it stays."""

    name = "disable"
    namespace = NAMESPACE
    plugin_attrib = "sasl_cert_disable"

    name_ = ChildText(str, "name")


class RevokeCert(ElementBase):
    """Takes a certificate away, and ends the streams of those who are logged in by it."""

    name = "revoke"
    namespace = NAMESPACE
    plugin_attrib = "sasl_cert_revoke"

    name_ = ChildText(str, "name")
