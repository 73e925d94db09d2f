"""The settings of TLS, and the contexts that equal settings share."""

import os
import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from helixmpp.errors import InvalidCABundle, InvalidTLSSettings
from helixmpp.transport import TLSSettings, client_context
from tests.transport.ca import Authority, Issued, dns_name


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("The test authority")


@pytest.fixture(scope="module")
def own(authority: Authority) -> Issued:
    return authority.issue([dns_name("me.example.org")])


def trusted(context: ssl.SSLContext) -> set[bytes]:
    return set(context.get_ca_certs(binary_form=True))


def test_equal_settings_share_a_context(authority: Authority, tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text(authority.pem)
    first, second = TLSSettings(ca_certs=str(bundle)), TLSSettings(ca_certs=str(bundle))
    assert first is not second
    assert (first, hash(first)) == (second, hash(second))
    assert client_context(first) is client_context(second)
    # ALPN is for direct TLS alone (XEP-0368), so that is a context of its own.
    assert client_context(first, direct_tls=True) is client_context(second, direct_tls=True)
    assert client_context(first, direct_tls=True) is not client_context(first)
    assert client_context(replace(first, ciphers="ECDHE+AESGCM")) is not client_context(first)


def test_threads_share_it_too(authority: Authority) -> None:
    settings = TLSSettings(cadata=authority.pem, ciphers="ECDHE+CHACHA20")
    made: list[ssl.SSLContext] = []
    threads = [Thread(target=lambda: made.append(client_context(settings))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(map(id, made))) == 1


def test_renewed_file_is_read_again(authority: Authority, tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text(authority.pem)
    settings = TLSSettings(ca_certs=bundle)
    before = client_context(settings)
    renewed = Authority("The renewed authority")
    bundle.write_text(renewed.pem)
    os.utime(bundle, ns=(1, 1))  # whatever the clock of the file system is able to tell
    after = client_context(settings)
    assert trusted(before) != trusted(after)
    assert len(trusted(after)) == 1


def test_only_so_many_are_kept(authority: Authority) -> None:
    settings = [TLSSettings(cadata=authority.pem + "\n" * number) for number in range(40)]
    made = [client_context(each) for each in settings]
    assert client_context(settings[39]) is made[39]
    assert client_context(settings[0]) is not made[0]


def test_defaults() -> None:
    context = client_context(TLSSettings())
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.maximum_version == ssl.TLSVersion.MAXIMUM_SUPPORTED
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.options & ssl.OP_NO_COMPRESSION
    assert context.options & ssl.OP_NO_RENEGOTIATION
    names = {cipher["name"] for cipher in context.get_ciphers()}
    assert not [name for name in names if any(weak in name for weak in ("NULL", "RC4", "DES", "MD5"))]


def test_unsafe_setting_has_to_be_named() -> None:
    context = client_context(TLSSettings(unsafe_accept_any_certificate=True))
    assert context.verify_mode == ssl.CERT_NONE
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_secret_is_not_shown() -> None:
    assert "hush" not in repr(TLSSettings(password="hush"))


def bundle_file(folder: Path, pem: str) -> TLSSettings:
    path = folder / "ca.pem"
    path.write_bytes("# Bücher, in UTF-8\n".encode() + pem.encode() + b"\n# end \xff\n")
    return TLSSettings(ca_certs=path)


def bundle_folder(folder: Path, pem: str) -> TLSSettings:
    one, *more = (
        part + "-----END CERTIFICATE-----\n" for part in pem.split("-----END CERTIFICATE-----\n")[:-1]
    )
    (folder / "one.pem").write_text(one)
    (folder / "two.crt").write_text("".join(more))
    (folder / "README").write_text("not a certificate")
    (folder / "empty").mkdir()
    return TLSSettings(ca_certs=str(folder))


WAYS: list[Callable[[Path, str], TLSSettings]] = [
    bundle_file,
    bundle_folder,
    lambda _, pem: TLSSettings(ca_certs=pem),
    lambda _, pem: TLSSettings(cadata=pem),
]


@pytest.mark.parametrize("way", WAYS, ids=["file", "folder", "text as ca_certs", "cadata"])
def test_ways_to_name_authorities(
    way: Callable[[Path, str], TLSSettings], authority: Authority, tmp_path: Path
) -> None:
    other = Authority("Another authority")
    context = client_context(way(tmp_path, authority.pem + other.pem))
    subjects = {str(found["subject"]) for found in context.get_ca_certs()}
    assert len(subjects) == 2
    assert any("The test authority" in subject for subject in subjects)


def test_file_and_text_together(authority: Authority, tmp_path: Path) -> None:
    settings = replace(bundle_file(tmp_path, authority.pem), cadata=Authority("Another").pem)
    assert len(trusted(client_context(settings))) == 2


DAMAGED = "-----BEGIN CERTIFICATE-----\nMIIBAAAAAAAA\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        ("", "it has no certificate"),
        ("hello", "it has no certificate"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "it has a private key"),
        (DAMAGED, "a certificate in it is damaged"),
        ("-----BEGIN CERTIFICATE-----\n****\n-----END CERTIFICATE-----\n", "damaged"),
    ],
)
@pytest.mark.parametrize("form", ["file", "folder"])
def test_bundles_that_cannot_be_read(form: str, content: str | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "ca"
    if form == "folder" and content is not None:
        path.mkdir()
        (path / "some.pem").write_text(content)
        if "damaged" not in words:
            words = "no file in this folder has a certificate"
    elif content is not None:
        path.write_text(content)
    with pytest.raises(InvalidCABundle, match=words) as caught:
        client_context(TLSSettings(ca_certs=path))
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("settings", [TLSSettings(cadata="none"), TLSSettings(ca_certs=DAMAGED)])
def test_texts_that_cannot_be_read(settings: TLSSettings) -> None:
    with pytest.raises(InvalidCABundle, match=r"\(PEM text\)"):
        client_context(settings)


def test_client_certificate(own: Issued, tmp_path: Path) -> None:
    both = tmp_path / "own.pem"
    both.write_text(own.pem + own.key_pem())
    client_context(TLSSettings(certfile=both))
    key = tmp_path / "own.key"
    key.write_text(own.key_pem("hush"))
    client_context(TLSSettings(certfile=both, keyfile=key, password="hush"))


@pytest.mark.parametrize(
    ("files", "settings", "words"),
    [
        ({}, {"certfile": "own.pem"}, "No such file"),
        ({}, {"keyfile": "own.key"}, "without certfile"),
        ({"own.pem": "cert"}, {"certfile": "own.pem"}, "cannot be used"),
        (
            {"own.pem": "cert", "own.key": "other"},
            {"certfile": "own.pem", "keyfile": "own.key"},
            "KEY_VALUES",
        ),
        (
            {"own.pem": "cert", "own.key": "locked"},
            {"certfile": "own.pem", "keyfile": "own.key"},
            "its password",
        ),
        (
            {"own.pem": "cert", "own.key": "locked"},
            {"certfile": "own.pem", "keyfile": "own.key", "password": "wrong"},
            "cannot be used",
        ),
        ({"own.pem": "nonsense"}, {"certfile": "own.pem"}, "cannot be used"),
        ({}, {"ciphers": "NONSENSE"}, "'NONSENSE' has none that this OpenSSL knows"),
    ],
)
def test_settings_that_cannot_be_used(
    files: dict[str, str],
    settings: dict[str, Any],
    words: str,
    own: Issued,
    authority: Authority,
    tmp_path: Path,
) -> None:
    contents = {
        "cert": own.pem,
        "other": authority.issue().key_pem(),
        "locked": own.key_pem("hush"),
        "nonsense": "nonsense",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(contents[content])
    paths: dict[str, Any] = {
        name: str(tmp_path / value) if name.endswith("file") else value for name, value in settings.items()
    }
    with pytest.raises(InvalidTLSSettings, match=words):
        client_context(TLSSettings(**paths))
