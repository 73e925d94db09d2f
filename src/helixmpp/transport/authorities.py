"""Whom to trust: the machine's authorities, or those of a file, a folder or a text of PEM certificates."""

import os
import re
import ssl
from pathlib import Path

from helixmpp.errors import InvalidCABundle

__all__ = ["load_authorities"]

# Bundles have comments in any encoding between the certificates; ssl wants ASCII and nothing that is no PEM.
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----")
_BEGIN = "-----BEGIN "


def load_authorities(
    context: ssl.SSLContext, ca_certs: str | os.PathLike[str] | None, cadata: str | None
) -> None:
    """Make a context trust the given authorities, or the machine's where none are given. Blocks.

    :param ca_certs: a file, a folder (every file in it that has PEM certificates) or PEM text.
    :param cadata: PEM text.
    :raises InvalidCABundle: nothing there, not readable, no certificate in it, a damaged certificate.
    """
    if isinstance(ca_certs, str) and _BEGIN in ca_certs:
        _trust(context, ca_certs.encode(), "(PEM text)")
    elif ca_certs is not None:
        _load_path(context, Path(ca_certs))
    if cadata is not None:
        _trust(context, cadata.encode(errors="replace"), "(PEM text)")
    if ca_certs is None and cadata is None:
        context.load_default_certs()


def _load_path(context: ssl.SSLContext, path: Path) -> None:
    try:
        if not path.is_dir():
            _trust(context, path.read_bytes(), path)
            return
        # The names of the files are free; OpenSSL's own way wants them to be hashes (c_rehash).
        found = [(file, _read(file)) for file in sorted(path.iterdir()) if file.is_file()]
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InvalidCABundle(path, reason) from error
    bundles = [(file, data) for file, data in found if _PEM.search(data)]
    if not bundles:
        raise InvalidCABundle(path, "no file in this folder has a certificate")
    for file, data in bundles:
        _trust(context, data, file)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except PermissionError:
        return b""  # a private key of somebody else may lie beside the certificates


def _trust(context: ssl.SSLContext, data: bytes, source: object) -> None:
    blocks = _PEM.findall(data)
    if not blocks:
        hint = "it has a private key" if b"PRIVATE KEY-----" in data else "it has no certificate"
        raise InvalidCABundle(source, f"{hint} (-----BEGIN CERTIFICATE-----)")
    try:
        context.load_verify_locations(cadata=b"\n".join(blocks).decode("ascii"))
    except (ssl.SSLError, ValueError) as error:
        raise InvalidCABundle(source, f"a certificate in it is damaged: {error}") from error
