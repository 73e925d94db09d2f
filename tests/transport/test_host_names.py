"""Names of hosts, addresses, and what only looks like one of them."""

import pytest

from helixmpp.transport.names import address_of, bare_host, is_host_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("xmpp.example.org", True),
        ("XMPP.Example.ORG", True),
        ("localhost", True),
        ("xn--bcher-kva.example", True),
        ("3com.example", True),
        ("a-b.c", True),
        ("1.example", True),
        ("a" * 63 + ".b", True),
        ("", False),
        (".", False),
        ("a..b", False),
        (".a", False),
        ("a.", False),
        ("a" * 64 + ".b", False),
        (".".join(["a" * 60] * 5), False),
        ("-a.b", False),
        ("a-.b", False),
        ("a_b.c", False),
        ("a b.c", False),
        ("a\\032b.c", False),
        ("a/b", False),
        ("a\n", False),
        ("bücher.example", False),
        ("192.0.2.1", False),
        ("127.1", False),
        ("2130706433", False),
        ("0x7f.1", False),
        ("a.0x7F", False),
        ("::1", False),
    ],
)
def test_host_name(name: str, expected: bool) -> None:
    assert is_host_name(name) is expected


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::1", "::1"),
        ("[2001:DB8::1]", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("[fe80::1%eth0]", "fe80::1%eth0"),
        ("127.1", None),
        ("192.0.2.01", None),
        ("example.org", None),
        ("[]", None),
        ("", None),
    ],
)
def test_address(text: str, address: str | None) -> None:
    assert str(address_of(text)) == str(address)


def test_brackets() -> None:
    assert [bare_host(text) for text in ("[::1]", "::1", "[", "a")] == ["::1", "::1", "[", "a"]
