"""Through a proxy: what it is asked, that nobody else is, and what becomes of all that can go wrong."""

import asyncio
import base64
import logging
import re
import socket
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from helixmpp.errors import CertificateError, ConnectionFailure, StageTimeout
from helixmpp.transport import ProxySettings, Target, TLSSettings, connect_tcp, find_targets
from helixmpp.transport.proxy import ProxyKind
from tests.transport.ca import Authority, dns_name
from tests.transport.proxies import HTTP_DONE, SOCKS4_DONE, SOCKS5_DONE, Proxy, drip
from tests.transport.recorder import Recorder
from tests.transport.servers import TLSServer, listening
from tests.transport.stuck import closed_port

DONE: dict[ProxyKind, bytes] = {"socks5": SOCKS5_DONE, "socks4a": SOCKS4_DONE, "http": HTTP_DONE}
KINDS = list(DONE)
ORG = "example.org"
# Nobody but the proxy knows this name (RFC 6761 section 6.4).
HOST = "xmpp.nobody.invalid"
USER, SECRET = "somebody", "hünter2"


def target(host: str = HOST, *, direct: bool = False) -> Target:
    return Target(host, 5222, direct_tls=direct, domain=ORG)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    # It speaks at once, so that its first bytes come right behind the proxy's last one.
    writer.write(b"hello ")
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


def basic(user: str, password: str) -> bytes:
    return base64.b64encode(f"{user}:{password}".encode())


V6 = "2001:db8::1"
ASKED: list[tuple[ProxyKind, str, str | None, bytes]] = [
    ("socks5", HOST, None, b"\x05\x01\x00\x03\x13" + HOST.encode() + b"\x14\x66"),
    ("socks5", "192.0.2.1", None, b"\x05\x01\x00\x01\xc0\x00\x02\x01\x14\x66"),
    ("socks5", f"[{V6}]", None, b"\x05\x01\x00\x04" + socket.inet_pton(socket.AF_INET6, V6) + b"\x14\x66"),
    ("socks5", "bücher.invalid", None, b"\x05\x01\x00\x03\x15xn--bcher-kva.invalid\x14\x66"),
    ("socks5", HOST, USER, b"\x05\x01\x00\x03\x13" + HOST.encode() + b"\x14\x66"),
    ("socks4a", HOST, None, b"\x04\x01\x14\x66\x00\x00\x00\x01\x00" + HOST.encode() + b"\x00"),
    ("socks4a", "192.0.2.1", None, b"\x04\x01\x14\x66\xc0\x00\x02\x01\x00"),
    ("socks4a", HOST, USER, b"\x04\x01\x14\x66\x00\x00\x00\x01somebody\x00" + HOST.encode() + b"\x00"),
    ("http", HOST, None, f"CONNECT {HOST}:5222 HTTP/1.1\r\nHost: {HOST}:5222\r\n\r\n".encode()),
    ("http", V6, None, f"CONNECT [{V6}]:5222 HTTP/1.1\r\nHost: [{V6}]:5222\r\n\r\n".encode()),
    (
        "http",
        "192.0.2.1",
        USER,
        b"CONNECT 192.0.2.1:5222 HTTP/1.1\r\nHost: 192.0.2.1:5222\r\n"
        b"Proxy-Authorization: Basic " + basic(USER, SECRET) + b"\r\n\r\n",
    ),
]


@pytest.mark.parametrize(("kind", "host", "user", "request_"), ASKED)
async def test_connected(kind: ProxyKind, host: str, user: str | None, request_: bytes) -> None:
    async with listening(echo) as server_port:
        login = (USER.encode(), SECRET.encode()) if user else None
        proxy = Proxy(kind, server_port, DONE[kind], login)
        async with listening(proxy.talk) as port:
            # The proxy's own name is looked up, and its addresses are tried as any others.
            settings = ProxySettings(
                kind, "localhost", port, user, SECRET if user and kind != "socks4a" else None
            )
            recorder = Recorder()
            transport = await connect_tcp(target(host), recorder, TLSSettings(), proxy=settings, timeout=5)
            assert transport.target == target(host)
            await recorder.has(b"hello ")
            transport.write(b"back")
            await recorder.has(b"hello back")
            assert bytes(recorder.data) == b"hello back"
            transport.close()
            await recorder.lost()
    # What else is in an HTTP request says what program this is.
    assert [re.sub(rb"User-Agent: [!-~ ]+\r\n", b"", request) for request in proxy.asked] == [request_]


async def echoed_through(settings: ProxySettings) -> None:
    recorder = Recorder()
    transport = await connect_tcp(target(), recorder, TLSSettings(), proxy=settings, timeout=5)
    await recorder.has(b"hello ")
    transport.write(b"back")
    await recorder.has(b"hello back")
    assert bytes(recorder.data) == b"hello back"
    transport.close()
    await recorder.lost()


LOGINS = [
    (USER, "plain"),
    (USER, SECRET),
    ("пользователь", "пароль"),
    (USER, ""),
    ("a" * 255, "b" * 255),
    ("-", "-"),
]


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("kind", ["socks5", "http"])
async def test_logged_in(kind: ProxyKind, login: tuple[str, str]) -> None:
    user, password = login
    async with listening(echo) as server_port:
        proxy = Proxy(kind, server_port, DONE[kind], (user.encode(), password.encode()))
        async with listening(proxy.talk) as port:
            await echoed_through(ProxySettings(kind, "127.0.0.1", port, user, password))
    if kind == "http":
        assert b"\r\nProxy-Authorization: Basic " + basic(user, password) + b"\r\n" in proxy.asked[0]


async def test_logged_in_without_user_name() -> None:
    async with listening(echo) as server_port:
        proxy = Proxy("socks5", server_port, SOCKS5_DONE, (b"", b"secret"))
        async with listening(proxy.talk) as port:
            await echoed_through(ProxySettings("socks5", "127.0.0.1", port, "", "secret"))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 1000])
@pytest.mark.parametrize("kind", KINDS)
async def test_the_answer_ends_where_the_server_begins(kind: ProxyKind, size: int) -> None:
    """However the bytes are cut into pieces, those behind the proxy's answer are the server's."""
    answers = [b"\x05\x00"] if kind == "socks5" else []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.read(1000)
            writer.write(answer)
        await reader.read(1000)
        said = DONE[kind] + b"hello "
        for start in range(0, len(said), size):
            writer.write(said[start : start + size])
            await writer.drain()
            await asyncio.sleep(0)
        while data := await reader.read(1000):
            writer.write(data)

    async with listening(talk) as port:
        await echoed_through(ProxySettings(kind, "127.0.0.1", port))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize("name", [ORG, HOST])
async def test_certificate_is_for_the_domain(
    kind: ProxyKind, direct: bool, name: str, tmp_path: Path
) -> None:
    authority = Authority("an authority")
    server = TLSServer(authority.issue([dns_name(name)]).server_context(tmp_path), direct)
    tls = TLSSettings(ca_certs=authority.pem)
    async with server.running() as server_port:
        proxy = Proxy(kind, server_port, DONE[kind])
        async with listening(proxy.talk) as port:
            recorder = Recorder()

            async def secured() -> None:
                settings = ProxySettings(kind, "127.0.0.1", port)
                transport = await connect_tcp(target(direct=direct), recorder, tls, proxy=settings, timeout=5)
                if not direct:
                    transport.write(b"<starttls/>")
                    await recorder.has(b"<proceed/>")
                    await transport.start_tls(tls, ORG)
                transport.write(b"through")
                await recorder.has(b"through")
                transport.close()
                await recorder.lost()

            if name == ORG:
                await secured()
            else:
                with pytest.raises(CertificateError):
                    await secured()
    assert server.names == [ORG]


def said(*answers: bytes) -> tuple[bytes, ...]:
    return answers


# What a proxy says, an answer for each thing that it is told, before it closes the connection.
REFUSED: list[tuple[ProxyKind, tuple[bytes, ...], str]] = [
    ("socks5", said(b""), "closed the connection"),
    ("socks5", said(b"\x05"), "closed the connection"),
    ("socks5", said(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "Unexpected SOCKS version"),
    ("socks5", said(b"\x05\xff"), "No acceptable authentication methods"),
    ("socks5", said(b"\x05\x01"), "Unexpected SOCKS authentication method"),
    ("socks5", said(b"\x05\x02"), "Unexpected SOCKS authentication method"),
    ("socks5", said(b"\x05\x00", b"\x05\x02\x00\x01\0\0\0\0\0\0"), "not allowed by ruleset"),
    ("socks5", said(b"\x05\x00", b"\x05\x04\x00\x01\0\0\0\0\0\0"), "Host unreachable"),
    ("socks5", said(b"\x05\x00", b"\x05\x05\x00\x01\0\0\0\0\0\0"), "Connection refused by destination"),
    ("socks5", said(b"\x05\x00", b"\x05\x63\x00\x01\0\0\0\0\0\0"), "Invalid reply code: 0X63"),
    ("socks5", said(b"\x05\x00", b"\x04\x00\x00\x01\0\0\0\0\0\0"), "Unexpected SOCKS version"),
    ("socks5", said(b"\x05\x00", b"\x05\x00\x00\x09\0\0\0\0\0\0"), "Invalid address type: 0X9"),
    ("socks5", said(b"\x05\x00", b"\x05\x00\x00\x03\xffabc"), "closed the connection"),
    ("socks5", said(b"\x05\x00", b"\x05\x00\x00\x03\x01\xff\0\0"), "makes no sense"),
    # Some send no more of a reply than says why.
    ("socks5", said(b"\x05\x00", b"\x05\x01\x00"), "General SOCKS server failure"),
    ("socks4a", said(b"\x00\x5b\0\0\0\0\0\0"), "rejected or failed"),
    ("socks4a", said(b"\x00\x5d\0\0\0\0\0\0"), "different user-ids"),
    ("socks4a", said(b"\x05\x00\0\0\0\0\0\0"), "Unexpected reply version"),
    ("socks4a", said(b"\x00\x5a\0"), "closed the connection"),
    (
        "http",
        said(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
        r"status 407 .Proxy Authentication Required",
    ),
    ("http", said(b"HTTP/1.0 403 <script>\r\nX: y\r\n\r\n"), r"status 403 .Forbidden"),
    ("http", said(b"HTTP/1.1 502\r\n\r\n"), r"status 502 .Bad Gateway"),
    ("http", said(b"HTTP/1.1 302 Found\r\nLocation: http://login/\r\n\r\n"), "refused .*status 302"),
    ("http", said(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"), "status 101"),
    ("http", said(b"HTTP/1.1 599 <script>\r\n\r\n"), "status 599$"),
    ("http", said(b"HTTP/1.1 100 Continue\r\n\r\n" * 50), "no end of them"),
    ("http", said(b"HTTP/2 200 OK\r\n\r\n"), "speaks no HTTP"),
    ("http", said(b"SSH-2.0-OpenSSH\r\n\r\n"), "speaks no HTTP"),
    ("http", said(b"HTTP/1.1 200 OK\r\n"), "closed the connection"),
    ("http", said(b"HTTP/1.1 200 " + b"x" * 9_000), "too much of it"),
]


@pytest.mark.parametrize(("kind", "answers", "words"), REFUSED)
async def test_refused(kind: ProxyKind, answers: tuple[bytes, ...], words: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.read(1000)
            await drip(writer, answer[:100])
            writer.write(answer[100:])
        writer.write_eof()
        await reader.read()

    recorder = Recorder()
    async with listening(talk) as port:
        settings = ProxySettings(kind, "127.0.0.1", port)
        with pytest.raises(ConnectionFailure, match=words) as caught:
            await connect_tcp(target(), recorder, TLSSettings(), proxy=settings, timeout=5)
    assert str(caught.value).startswith(f"proxy ({HOST}:5222): the proxy {kind}://127.0.0.1:{port}: ")
    assert not isinstance(caught.value, StageTimeout)
    assert "script" not in str(caught.value)
    assert recorder.log == []


async def test_interim_answer() -> None:
    async with listening(echo) as server_port:
        proxy = Proxy("http", server_port, b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 299 Fine\r\n\r\n")
        async with listening(proxy.talk) as port:
            recorder = Recorder()
            settings = ProxySettings("http", "127.0.0.1", port)
            transport = await connect_tcp(target(), recorder, TLSSettings(), proxy=settings, timeout=5)
            await recorder.has(b"hello ")
            transport.close()
            await recorder.lost()


@pytest.mark.parametrize("kind", KINDS)
async def test_silent_proxy(kind: ProxyKind) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(talk) as port:
        settings = ProxySettings(kind, "127.0.0.1", port)
        with pytest.raises(StageTimeout) as caught:
            await connect_tcp(target(), Recorder(), TLSSettings(), proxy=settings, timeout=0.2)
    assert (caught.value.stage, caught.value.target) == ("proxy", f"{HOST}:5222")


@pytest.mark.parametrize("kind", KINDS)
async def test_cancelled(kind: ProxyKind) -> None:
    asked, ended = asyncio.Event(), asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        asked.set()
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
        ended.set()

    recorder = Recorder()
    async with listening(talk) as port:
        settings = ProxySettings(kind, "127.0.0.1", port)
        attempt = asyncio.create_task(
            connect_tcp(target(), recorder, TLSSettings(), proxy=settings, timeout=60)
        )
        async with asyncio.timeout(5):
            await asked.wait()
            attempt.cancel()
            with pytest.raises(asyncio.CancelledError):
                await attempt
            # While nobody else looks after the socket.
            await ended.wait()
    assert recorder.log == []


async def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    # Python's own way to say that there is no such module.
    monkeypatch.setitem(sys.modules, "python_socks", None)
    monkeypatch.delitem(sys.modules, "helixmpp.transport.tunnel", raising=False)
    with ExitStack() as stack:
        settings = ProxySettings("socks5", "127.0.0.1", closed_port(stack), USER, SECRET)
        with pytest.raises(ImportError, match=r"pip install 'helixmpp\[proxy\]'") as caught:
            await connect_tcp(target(), Recorder(), TLSSettings(), proxy=settings, timeout=5)
    assert caught.value.name == "python_socks"


@pytest.mark.parametrize("host", ["127.0.0.1", "nobody.invalid"])
async def test_no_proxy_there(host: str) -> None:
    with ExitStack() as stack:
        settings = ProxySettings("socks5", host, closed_port(stack), USER, SECRET)
        with pytest.raises(
            ConnectionFailure, match=r"the proxy socks5://.*(connection refused|no such|DNS)"
        ) as caught:
            await connect_tcp(target(), Recorder(), TLSSettings(), proxy=settings, timeout=5)
    assert caught.value.stage == "proxy"
    assert "JID" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "host", "words"),
    [
        ("socks4a", V6, "IPv6"),
        ("socks5", "fe80::1%1", "cannot be asked"),
        ("http", "a\r\nX: y", "cannot be asked"),
        ("http", "ex☃mple", "cannot be asked"),
        ("socks5", ".".join(["a" * 60] * 5), "cannot be asked"),
        ("socks5", "a" * 64 + ".invalid", "cannot be asked"),
        ("socks4a", "a..invalid", "cannot be asked"),
    ],
)
async def test_host_that_no_proxy_takes(kind: ProxyKind, host: str, words: str) -> None:
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())

    async with listening(talk) as port:
        settings = ProxySettings(kind, "127.0.0.1", port)
        with pytest.raises(ConnectionFailure, match=words):
            await connect_tcp(target(host), Recorder(), TLSSettings(), proxy=settings, timeout=5)
    assert heard == [b""]


@pytest.mark.parametrize(
    ("kind", "words"), [("socks5", "password authentication failure"), ("http", "status 407")]
)
@pytest.mark.parametrize("password", [SECRET, "correct horse", "пароль"])
async def test_wrong_password_is_not_told(
    kind: ProxyKind, words: str, password: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 407 No\r\n\r\n")

    proxy = Proxy(kind, 1, b"", login=(b"other", b"other"))
    async with listening(proxy.talk if kind == "socks5" else refuse) as port:
        settings = ProxySettings(kind, "127.0.0.1", port, USER, password)
        with pytest.raises(ConnectionFailure, match=words) as caught:
            await connect_tcp(target(), Recorder(), TLSSettings(), proxy=settings, timeout=5)
    error: BaseException | None = caught.value
    told = caplog.text
    while error is not None:
        told += repr(error) + str(error)
        error = error.__cause__ or error.__context__
    for secret in (USER, password, basic(USER, password).decode()):
        assert secret not in told


async def test_alternatives_are_left_alone() -> None:
    others = [target("other.invalid")]
    with ExitStack() as stack:
        settings = ProxySettings("socks5", "127.0.0.1", closed_port(stack))
        with pytest.raises(ConnectionFailure):
            await connect_tcp(
                target(), Recorder(), TLSSettings(), proxy=settings, timeout=5, alternatives=others
            )
    assert others == [target("other.invalid")]


async def test_no_name_is_looked_up_here() -> None:
    asked: list[object] = []
    listen = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if listen and event == "socket.getaddrinfo":
            asked.append(arguments[0])

    # Python tells it of every name that is looked up, by whatever way. A hook stays for ever, so it is deaf later.
    sys.addaudithook(hook)
    try:
        socket.getaddrinfo("127.0.0.1", 1)
        assert asked == ["127.0.0.1"]
        asked.clear()
        found = await find_targets("nobody.invalid", proxy=ProxySettings("socks5", "127.0.0.1", 1080))
        assert asked == []
        async with listening(echo) as server_port:
            proxy = Proxy("socks5", server_port, SOCKS5_DONE)
            async with listening(proxy.talk) as port:
                asked.clear()
                recorder = Recorder()
                settings = ProxySettings("socks5", "localhost", port)
                transport = await connect_tcp(found[0], recorder, TLSSettings(), proxy=settings, timeout=5)
                assert set(asked) <= {"localhost"}  # uvloop asks without a word to Python
                transport.close()
                await recorder.lost()
    finally:
        listen = False
    assert b"nobody.invalid" in proxy.asked[0]
