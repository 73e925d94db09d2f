"""The echo bot and the component, each as a program of its own."""

import asyncio
import sys
from typing import Any

import pytest

from helixmpp import ClientXMPP, Message
from helixmpp.core import BaseXMPP
from tests.examples.conftest import Start
from tests.plugins.conftest import ACCOUNTS, COMPONENT, SECRET, World


async def answer_to(xmpp: BaseXMPP, to: str, body: str, mtype: str = "chat") -> Message:
    """Say something to somebody, and give what comes back."""
    coming = asyncio.ensure_future(xmpp.wait_until("message", 10))
    await asyncio.sleep(0)
    xmpp.send_message(to, body, mtype=mtype)
    message: Message = await coming
    return message


def where(world: World) -> tuple[Any, ...]:
    return "--host", world.host, "--port", world.port, "--ca-certs", world.ca_file


async def test_the_echo_bot(any_world: World, start: Start) -> None:
    bot = await start("echo_bot.py", f"bob@{any_world.domain}", ACCOUNTS["bob"], *where(any_world))
    line = await bot.line()
    assert line.startswith(f"online as bob@{any_world.domain}/")
    jid = line.removeprefix("online as ")
    alice = await any_world.client("alice", "xep_0030", "xep_0199")
    for mtype in ("chat", "normal"):
        message = await answer_to(alice, jid, "hello & goodbye", mtype)
        assert (message["body"], message["from"], message["type"]) == ("hello & goodbye", jid, mtype)
    # An error is not answered: the next message that comes is the answer to the next question.
    alice.send_message(jid, "an error", mtype="error")
    assert (await answer_to(alice, jid, "after"))["body"] == "after"
    assert await alice.plugin["xep_0199"].ping(jid) > 0
    info = await alice.plugin["xep_0030"].info_of(jid)
    assert ("client", "bot", None, "Echo bot") in info.identities
    if sys.platform != "win32":
        assert await bot.interrupt() == (0, "", "")


async def test_the_component(any_world: World, start: Start) -> None:
    program = await start(
        "component.py", COMPONENT, SECRET, "--host", any_world.host, "--port", any_world.component_port
    )
    assert await program.line() == f"online as {COMPONENT}"
    alice = await any_world.client("alice", "xep_0030")
    for jid, name in ((f"romeo@{COMPONENT}", "romeo"), (f"x@{COMPONENT}/desk", "x"), (COMPONENT, COMPONENT)):
        message = await answer_to(alice, jid, "hello")
        assert (message["body"], message["from"]) == (f"{name} heard: hello", jid)
    assert ("component", "generic", None, "Echo") in (
        await alice.plugin["xep_0030"].info_of(COMPONENT)
    ).identities
    if sys.platform != "win32":
        assert await program.interrupt() == (0, "", "")


async def ends_with(start: Start, name: str, *arguments: object) -> tuple[int, str]:
    status, _, errors = await (await start(name, *arguments)).end()
    return status, errors


async def test_wrong_credentials_are_one_clear_line(any_world: World, start: Start) -> None:
    jid = f"bob@{any_world.domain}"
    status, errors = await ends_with(start, "echo_bot.py", jid, "wrong", *where(any_world))
    assert (status, errors.splitlines()[-1].partition(":")[0]) == (1, "AuthenticationFailed")
    status, errors = await ends_with(
        start,
        "component.py",
        COMPONENT,
        "wrong",
        "--host",
        any_world.host,
        "--port",
        any_world.component_port,
    )
    assert status == 1
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["bob@test.example", "secret", "--host", "127.0.0.1", "--port", "1"], "ConnectionFailure"),
        (["bob@@test.example", "secret"], "InvalidJID"),
    ],
)
async def test_bad_input_is_one_clear_line(start: Start, arguments: list[str], error: str) -> None:
    status, errors = await ends_with(start, "echo_bot.py", *arguments)
    assert status == 1
    assert errors.splitlines()[-1].startswith(f"{error}: ")
    assert "Traceback" not in errors


async def test_certificates_that_are_not_there(world: World, start: Start) -> None:
    jid, where = f"bob@{world.domain}", ("--host", world.host, "--port", world.port)
    status, errors = await ends_with(
        start, "echo_bot.py", jid, ACCOUNTS["bob"], *where, "--ca-certs", "no-such-file.pem"
    )
    assert status == 1
    assert errors.splitlines()[-1].startswith("InvalidCABundle: ")
    assert "no-such-file.pem" in errors
    # Without them the server's own authority is one that nobody knows.
    status, errors = await ends_with(start, "echo_bot.py", jid, ACCOUNTS["bob"], *where)
    assert (status, errors.splitlines()[-1].partition(":")[0]) == (1, "CertificateError")


@pytest.mark.parametrize("name", ["echo_bot.py", "component.py", "bob_files.py", "demo.py"])
async def test_each_says_what_it_is(start: Start, name: str) -> None:
    program = await start(name, "--help")
    status, text, errors = await program.end()
    assert (status, errors) == (0, "")
    assert f"python examples/{name}" in text


async def test_the_bot_as_a_class(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from examples.echo_bot import EchoBot

    bot = EchoBot(f"bob@{world.domain}", ACCOUNTS["bob"])
    bot.ca_certs = world.ca_file
    bot.address = (world.host, world.port)
    alice: ClientXMPP = await world.client("alice")
    async with bot:
        running = asyncio.ensure_future(bot.run())
        assert (await answer_to(alice, str(bot.boundjid), "hello"))["body"] == "hello"
    async with asyncio.timeout(5):
        await running
