"""Which proxy: what an URL may say, what is refused, and that no secret is shown."""

import traceback
from typing import Any

import pytest

from helixmpp.transport import ProxySettings

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("socks5://127.0.0.1:9050", ProxySettings("socks5", "127.0.0.1", 9050)),
        ("socks5://proxy.example", ProxySettings("socks5", "proxy.example", 1080)),
        ("socks5h://proxy.example/", ProxySettings("socks5", "proxy.example", 1080)),
        ("SOCKS5://Proxy.Example", ProxySettings("socks5", "proxy.example", 1080)),
        ("socks5://[::1]:1081", ProxySettings("socks5", "::1", 1081)),
        ("socks5://me:p%40ss%3A%2F@[::1]", ProxySettings("socks5", "::1", 1080, "me", "p@ss:/")),
        ("socks5://me@h", ProxySettings("socks5", "h", 1080, "me")),
        ("socks5://me:@h", ProxySettings("socks5", "h", 1080, "me", "")),
        ("socks4a://me@h:1", ProxySettings("socks4a", "h", 1, "me")),
        ("http://me:b%C3%BC@h:3128", ProxySettings("http", "h", 3128, "me", "bü")),
        ("http://my_proxy:3128", ProxySettings("http", "my_proxy", 3128)),
        ("http://bücher.example:3128", ProxySettings("http", "xn--bcher-kva.example", 3128)),
    ],
)
def test_url(url: str, expected: ProxySettings) -> None:
    assert ProxySettings.from_url(url) == expected


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "begins with none of"),
        ("proxy.example:1080", "begins with none of"),
        (f"https://me:{SECRET}@h:443", "begins with none of"),
        (f"socks4://me:{SECRET}@h", "begins with none of"),
        (f"socks5://me:{SECRET}@", "nothing more"),
        (f"socks5://me:{SECRET}@h/path", "nothing more"),
        (f"socks5://me:{SECRET}#1@h", "nothing more|no URL"),
        (f"socks5://me:{SECRET}/1@h", "nothing more|no URL"),
        (f"socks5://h:{SECRET}", "no URL"),
        (f"socks5://me:{SECRET}@h:99999", "no URL"),
        (f"socks5://me:{SECRET}@h:0", "port is a number"),
        (f"socks5://me:{SECRET}@[::1", "no URL"),
        (f"http://me:{SECRET}@h", "names no port"),
        (f"http://m%3Ae:{SECRET}@h:1", "no user name .* has a colon"),
        (f"http://:{SECRET}@h:1", "no user name that is empty"),
        (f"socks4a://{SECRET}%C3%BC@h", "ASCII"),
        (f"socks4a://me:{SECRET}@h", "no password"),
        ("socks4a://m%00e@h", "without a NUL"),
        (f"socks5://me:{SECRET * 40}@h", "at most 255 bytes"),
        (f"socks5://:{SECRET}@h h", "neither a name nor"),
        (f"socks5://me:{SECRET}@127.1:1", "neither a name nor"),
    ],
)
def test_refused_without_repeating_it(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        ProxySettings.from_url(url)
    told = "".join(traceback.format_exception(caught.value, chain=True))
    shown = "".join(line for line in told.splitlines() if not line.startswith("    "))
    assert SECRET not in shown
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ftp", "h", 1), "of the kind"),
        (("socks5", "", 1), "neither a name nor"),
        (("socks5", "a\r\nb", 1), "neither a name nor"),
        (("socks5", "h", 65_536), "port is a number"),
        (("socks5", "h", 1, None, SECRET), "wants a user name"),
    ],
)
def test_wrong_parts(arguments: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        ProxySettings(*arguments)
    assert SECRET not in str(caught.value)


def test_nothing_shows_the_secrets() -> None:
    settings = ProxySettings.from_url(f"socks5://somebody:{SECRET}@[::1]:1080")
    assert str(settings) == "socks5://[::1]:1080"
    for shown in (str(settings), repr(settings), f"{settings}", repr([settings])):
        assert SECRET not in shown
        assert "somebody" not in shown
    assert (settings.username, settings.password) == ("somebody", SECRET)
