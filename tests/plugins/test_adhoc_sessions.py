"""XEP-0050: commands of ours that others run, step by step, without a network."""

import asyncio
import re
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from helixmpp.errors import XMPPError
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0050 import XEP_0050, Command, CommandType, Session, refusal
from tests.plugins.adhoc import SUBMIT, outcome, read, request
from tests.plugins.conftest import LoopClock
from tests.plugins.offline import OfflineClient, OfflineComponent, settle


@pytest.fixture
async def xmpp() -> AsyncIterator[OfflineComponent]:
    component = OfflineComponent()
    component.register_plugin("xep_0050")
    yield component
    await component.aclose()
    assert not component.failures


def note(events: list[str], name: str, iq: Any) -> None:
    events.append(name)


class Wizard:
    """A command of two forms and an end, that notes what it is called with."""

    def __init__(self, **flags: Any) -> None:
        self.flags = flags
        self.seen: list[tuple[str, Any]] = []

    def form(self, title: str) -> Form:
        form = Form()
        form.type, form.title = "form", title
        return form

    def first(self, iq: Any, session: Session) -> Session:
        self.seen.append(("first", str(iq["from"])))
        session.update(
            payload=self.form("1"), has_next=True, next=self.second, cancel=self.canceled, **self.flags
        )
        return session

    async def second(self, payload: Any, session: Session) -> Session:
        self.seen.append(("second", payload["values"] if payload else payload))
        await asyncio.sleep(0)
        session.update(payload=[self.form("2"), self.form("3")], has_next=False, next=self.last)
        session.update(prev=self.first_again, allow_prev=True)
        return session

    def first_again(self, payload: Any, session: Session) -> Session:
        self.seen.append(("prev", payload))
        session.update(payload=self.form("1"), has_next=True, next=self.second, allow_prev=False)
        return session

    def last(self, payload: Any, session: Session) -> None:
        self.seen.append(("last", len(payload)))
        session.update(payload=None, next=None, notes=[("info", "done")], lang="en")

    def canceled(self, iq: Any, session: Session) -> None:
        self.seen.append(("canceled", iq["command"]["action"]))


async def test_a_wizard_there_and_back(xmpp: OfflineComponent) -> None:
    wizard, events = Wizard(), list[str]()
    for name in ("command", *(f"command_{action}" for action in Command.actions)):
        xmpp.add_event_handler(name, partial(note, events, name))
    plugin = xmpp.plugin[XEP_0050]
    plugin.add_command(node="n", name="Name", handler=wizard.first)
    one = read(await xmpp.receive(request()))
    assert (one.status, one["actions"], one.default_action, one["form"].title) == (
        "executing", {"next"}, "next", "1",
    )  # fmt: skip
    assert re.fullmatch("[0-9a-f]{32}", one.sessionid)
    assert list(plugin.sessions) == [one.sessionid]
    two = read(await xmpp.receive(request(sessionid=one.sessionid, inner=SUBMIT.format("x"))))
    assert (two.status, two["actions"], two.default_action, len(two)) == (
        "executing", {"prev", "complete"}, "complete", 2,
    )  # fmt: skip
    back = read(await xmpp.receive(request(sessionid=one.sessionid, action="prev")))
    assert (back.status, back["actions"], back["form"].title) == ("executing", {"next"}, "1")
    again = await xmpp.receive(request(sessionid=one.sessionid, action="next", inner=SUBMIT.format("y")))
    assert read(again).status == "executing"
    answers = await xmpp.receive(
        request(sessionid=one.sessionid, inner=SUBMIT.format("p") + SUBMIT.format("q"))
    )
    end = read(answers)
    assert (end.status, end["notes"], len(end), end["actions"]) == ("completed", [("info", "done")], 0, set())
    assert answers[0].get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert not plugin.sessions
    assert wizard.seen == [
        ("first", "bill@a.lit/globe"), ("second", {"a": "x"}), ("prev", []), ("second", {"a": "y"}), ("last", 2),
    ]  # fmt: skip
    assert outcome(await xmpp.receive(request(sessionid=one.sessionid))) == ("not-allowed", "session-expired")
    assert events == [
        "command", "command_execute", "command", "command_execute", "command", "command_prev",
        "command", "command_next", "command", "command_execute",
    ]  # fmt: skip


async def test_canceling_is_always_answered(xmpp: OfflineComponent, monkeypatch: pytest.MonkeyPatch) -> None:
    wizard = Wizard()
    xmpp.plugin[XEP_0050].add_command(node="n", handler=wizard.first)
    session = read(await xmpp.receive(request())).sessionid
    answer = read(await xmpp.receive(request(sessionid=session, action="cancel")))
    assert (answer.status, answer.sessionid, answer.node) == ("canceled", session, "n")
    assert wizard.seen[-1] == ("canceled", "cancel")

    def fails(iq: Any, session: Session) -> None:
        raise RuntimeError("in the handler")

    monkeypatch.setattr(wizard, "canceled", fails)
    session = read(await xmpp.receive(request())).sessionid
    assert outcome(await xmpp.receive(request(sessionid=session, action="cancel"))) == ("result", "canceled")
    assert [str(error) for error in xmpp.failures] == ["in the handler"]
    xmpp.failures.clear()
    assert not xmpp.plugin[XEP_0050].sessions


async def test_completing_early_and_asking_again(xmpp: OfflineComponent) -> None:
    seen: list[str] = []

    def first(iq: Any, session: Session) -> Session:
        session.update(has_next=True, allow_complete=True, next=second)
        return session

    def second(payload: Any, session: Session) -> Session:
        seen.append("second")
        if len(seen) == 1:
            # Another handler in its place: there is something left to ask.
            session["next"] = partial(second)
        return session

    xmpp.plugin[XEP_0050].add_command(node="n", handler=first)
    one = read(await xmpp.receive(request()))
    assert one["actions"] == {"next", "complete"}
    for status in ("executing", "completed"):
        answer = await xmpp.receive(request(sessionid=one.sessionid, action="complete"))
        assert outcome(answer) == ("result", status)
    assert seen == ["second", "second"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (request(node="other"), ("item-not-found",)),
        (request(node=""), ("bad-request",)),
        (request(action="jump"), ("bad-request", "malformed-action")),
        (request(action="next"), ("bad-request", "bad-sessionid")),
        (request(action="cancel"), ("bad-request", "bad-sessionid")),
        (request(sessionid="x"), ("bad-request", "bad-sessionid")),
        (request(sessionid="client:x"), ("bad-request", "bad-sessionid")),
        (request(sessionid="0" * 32), ("not-allowed", "session-expired")),
        (request(sessionid="SID", user="bill@a.lit/other"), ("bad-request", "bad-sessionid")),
        (request(sessionid="SID", user="eve@b.lit/globe", action="cancel"), ("bad-request", "bad-sessionid")),
        (request(sessionid="SID").replace("to='", "to='x@"), ("bad-request", "bad-sessionid")),
        (request(sessionid="SID", action="prev"), ("bad-request", "bad-action")),
        (request().replace("to='", "to='x@"), ("item-not-found",)),
        (request().replace("'set'", "'get'"), ("service-unavailable",)),
    ],
)
async def test_what_is_refused(xmpp: OfflineComponent, text: str, expected: tuple[str, ...]) -> None:
    wizard, events = Wizard(), list[object]()
    plugin = xmpp.plugin[XEP_0050]
    plugin.add_command(node="n", handler=wizard.first)
    session = read(await xmpp.receive(request())).sessionid
    xmpp.add_event_handler("command", events.append)
    plugin.sessions["client:x"] = {"id": "x"}
    assert outcome(await xmpp.receive(text.replace("SID", session))) == expected
    assert (wizard.seen, events) == ([("first", "bill@a.lit/globe")], [])
    # The session of the one who began it is as it was.
    assert outcome(await xmpp.receive(request(sessionid=session))) == ("result", "executing")
    del plugin.sessions["client:x"]


async def test_who_goes_on_is_taken_at_his_word_by_the_session(xmpp: OfflineComponent) -> None:
    # What clients get wrong and does no harm: another node than that of the session, and the other of the two actions
    # that go on. Whether it is the end is for the handler to say where that was not offered.
    wizard = Wizard()
    plugin = xmpp.plugin[XEP_0050]
    plugin.add_command(node="n", handler=wizard.first)
    plugin.add_command(node="m", handler=print)
    session = read(await xmpp.receive(request())).sessionid
    one = read(await xmpp.receive(request(node="m", sessionid=session, action="complete")))
    assert (one.node, one.status, one["actions"]) == ("n", "executing", {"prev", "complete"})
    assert outcome(await xmpp.receive(request(sessionid=session, action="next"))) == ("result", "completed")
    assert [name for name, _ in wizard.seen] == ["first", "second", "last"]


async def test_what_was_not_offered_ends_nothing(xmpp: OfflineComponent) -> None:
    seen: list[str] = []

    def page(payload: Any, session: Session) -> None:
        seen.append("page")
        session["has_next"] = len(seen) < 2

    def first(iq: Any, session: Session) -> None:
        session.update(next=page, has_next=True)

    xmpp.plugin[XEP_0050].add_command(node="n", handler=first)
    session = read(await xmpp.receive(request())).sessionid
    for status in ("executing", "executing", "completed"):
        assert outcome(await xmpp.receive(request(sessionid=session, action="complete"))) == (
            "result",
            status,
        )
    assert seen == ["page", "page", "page"]
    assert not xmpp.plugin[XEP_0050].sessions


@pytest.mark.parametrize("type_", ["result", "error"])
async def test_answers_are_never_answered(xmpp: OfflineComponent, type_: str) -> None:
    xmpp.plugin[XEP_0050].add_command(node="n", handler=Wizard().first)
    assert await xmpp.receive(request().replace("'set'", f"'{type_}'")) == []


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (XMPPError("forbidden"), ("forbidden",)),
        (refusal("bad-payload", "No."), ("bad-request", "bad-payload")),
        (refusal("bad-locale"), ("bad-request", "bad-locale")),
        (RuntimeError("secret"), ("internal-server-error",)),
    ],
)
async def test_handlers_refuse(xmpp: OfflineComponent, error: Exception, expected: tuple[str, ...]) -> None:
    refused: list[str] = ["first"]

    def first(iq: Any, session: Session) -> Session:
        if "first" in refused:
            raise error
        session["next"] = last
        return session

    async def last(payload: Any, session: Session) -> Session:
        if "last" in refused:
            raise error
        session["next"] = None
        return session

    plugin = xmpp.plugin[XEP_0050]
    plugin.add_command(node="n", handler=first)
    answers = await xmpp.receive(request())
    assert outcome(answers) == expected
    assert "secret" not in "".join(answers[0].itertext())
    assert not plugin.sessions
    refused[:] = ["last"]
    session = read(await xmpp.receive(request())).sessionid
    assert outcome(await xmpp.receive(request(sessionid=session))) == expected
    # A refused step may be tried again.
    refused.clear()
    assert outcome(await xmpp.receive(request(sessionid=session))) == ("result", "completed")
    xmpp.failures.clear()


async def test_one_step_at_a_time_and_canceling_meanwhile(xmpp: OfflineComponent) -> None:
    gate = asyncio.Event()

    async def slow(payload: Any, session: Session) -> Session:
        await gate.wait()
        return session

    def first(iq: Any, session: Session) -> Session:
        session["next"] = slow
        return session

    xmpp.plugin[XEP_0050].add_command(node="n", handler=first)
    session = read(await xmpp.receive(request())).sessionid
    assert await xmpp.receive(request(sessionid=session).replace("id='1'", "id='slow'")) == []
    assert outcome(await xmpp.receive(request(sessionid=session))) == ("unexpected-request",)
    assert outcome(await xmpp.receive(request(sessionid=session, action="cancel"))) == ("result", "canceled")
    before = len(xmpp.sent)
    gate.set()
    await settle()
    assert outcome(xmpp.sent[before:]) == ("not-allowed", "session-expired")


async def test_limits_of_one_and_of_all(xmpp: OfflineComponent) -> None:
    plugin = xmpp.plugin[XEP_0050]
    plugin.max_sessions, plugin.max_sessions_per_jid = 5, 2
    plugin.add_command(node="n", handler=Wizard().first)
    mine = [await xmpp.receive(request(user=f"bill@a.lit/{number}")) for number in range(3)]
    assert [outcome(answers)[0] for answers in mine] == ["result", "result", "resource-constraint"]
    for number in range(300):
        await xmpp.receive(request(user=f"u{number}@b.lit/x"))
    assert len(plugin.sessions) == 5
    session = read(mine[0]).sessionid
    assert (
        outcome(await xmpp.receive(request(sessionid=session, action="cancel", user="bill@a.lit/0")))[0]
        == "result"
    )
    assert outcome(await xmpp.receive(request(user="u@b.lit/x")))[0] == "result"


class BothClocks:
    def __init__(self, xmpp: OfflineComponent, loop_clock: LoopClock) -> None:
        self.now = 1_700_000_000.0
        self.loop = loop_clock
        running: Any = xmpp.plugin[XEP_0050].__dict__["_running"]
        running.clock = lambda: self.now

    async def pass_(self, seconds: float) -> None:
        self.now += seconds
        await self.loop.pass_(seconds)


@pytest.mark.parametrize(("timeout", "waits"), [(None, 3600.0), (60, 60.0)])
async def test_a_session_ends_when_nobody_goes_on(
    xmpp: OfflineComponent, loop_clock: LoopClock, timeout: float | None, waits: float
) -> None:
    clock, expired = BothClocks(xmpp, loop_clock), list[str]()
    plugin = xmpp.plugin[XEP_0050]

    async def on_timeout(session: Session) -> None:
        expired.append(session["id"])

    plugin.add_command(node="n", handler=Wizard().first, timeout_handler=on_timeout, timeout=timeout)
    one, two = [read(await xmpp.receive(request())).sessionid for _ in range(2)]
    await clock.pass_(waits - 10)
    # A step begins the time anew.
    assert outcome(await xmpp.receive(request(sessionid=two))) == ("result", "executing")
    await clock.pass_(20)
    assert (expired, list(plugin.sessions)) == ([one], [two])
    assert outcome(await xmpp.receive(request(sessionid=one))) == ("not-allowed", "session-expired")
    await clock.pass_(waits)
    assert (expired, list(plugin.sessions)) == ([one, two], [])


async def test_a_backend_of_the_program(
    xmpp: OfflineComponent, loop_clock: LoopClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, wizard, backend = BothClocks(xmpp, loop_clock), Wizard(), dict[str, Session]()
    prepared: list[tuple[Any, ...]] = []
    plugin = xmpp.plugin[XEP_0050]

    def prep_handlers(handlers: Any, **kwargs: Any) -> None:
        prepared.append((*handlers, kwargs["session"]["id"]))

    monkeypatch.setattr(plugin, "prep_handlers", prep_handlers)
    plugin.set_backend(backend)
    plugin.add_command(node="n", handler=wizard.first)
    session = read(await xmpp.receive(request())).sessionid
    assert list(backend) == [session]
    assert plugin.sessions is backend
    assert prepared == [(wizard.second, wizard.canceled, session)]
    # Another program takes over what the first one left, and what is too old in it ends.
    backend["f" * 32] = {**backend[session], "id": "f" * 32, "expires": clock.now - 1}
    other = OfflineComponent()
    again = other.register_plugin(XEP_0050)
    other_clock = BothClocks(other, loop_clock)
    again.set_backend(backend)
    again.add_command(node="n", handler=wizard.first)
    assert outcome(await other.receive(request(sessionid=session))) == ("result", "executing")
    await other_clock.pass_(0)
    assert list(backend) == [session]
    # The timer of the first program finds that the second one went on.
    other_clock.now += 3000
    assert outcome(await other.receive(request(sessionid=session, action="prev"))) == ("result", "executing")
    clock.now += 3601
    await loop_clock.pass_(3601)
    assert list(backend) == [session]
    assert outcome(await xmpp.receive(request(sessionid=session, action="cancel"))) == ("result", "canceled")
    assert not backend
    await other.aclose()


async def test_operations_are_replaced(xmpp: OfflineComponent) -> None:
    plugin, wizard = xmpp.plugin[XEP_0050], Wizard()
    asked: list[tuple[str, str, str]] = []

    def get_command(jid: Any, node: str, ifrom: Any, args: None) -> Any:
        asked.append((str(jid), node, str(ifrom)))
        if ifrom.bare != "bill@a.lit":
            raise XMPPError("forbidden")
        return ("Name", wizard.first, None, None)

    plugin.api.register(get_command, "get_command")
    assert outcome(await xmpp.receive(request())) == ("result", "executing")
    assert outcome(await xmpp.receive(request(user="eve@b.lit/x"))) == ("forbidden",)
    assert asked[0] == ("comp.example.org", "n", "bill@a.lit/globe")
    with pytest.raises(RuntimeError, match="not None"):
        plugin.api["set_command"](None, "n", None, None)
    plugin.api.restore_default("get_command")
    await plugin.api["set_command"]("room@comp.example.org", "n", None, ("Name", wizard.first, None, None))
    assert plugin.commands == {("room@comp.example.org", "n"): CommandType("Name", wizard.first)}
    assert outcome(await xmpp.receive(request().replace("to='", "to='room@"))) == ("result", "executing")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"handler": print}, "node="),
        ({"node": "n"}, "handler="),
        ({"node": "n", "handler": print, "timeout": 0}, "above 0"),
    ],
)
async def test_wrong_arguments(xmpp: OfflineComponent, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        xmpp.plugin[XEP_0050].add_command(**arguments)
    assert not xmpp.plugin[XEP_0050].commands


async def test_a_payload_that_came_first_is_not_sent_back() -> None:
    xmpp = OfflineClient()
    plugin = xmpp.register_plugin(XEP_0050)
    kinds: list[Any] = []

    def first(iq: Any, session: Session) -> None:
        kinds.append((session["payload"]["values"], session["interfaces"], session["payload_classes"]))
        session["next"] = first

    plugin.add_command(node="n", handler=first)
    text = request(inner=SUBMIT.format("x")).replace("comp.example.org", "me@example.org/desk")
    answer = read(await xmpp.receive(text))
    assert (len(answer), answer.status) == (0, "executing")
    assert kinds == [({"a": "x"}, {"form"}, {Form})]
    assert plugin.sessions[answer.sessionid]["payload"] is None
    assert list(plugin.commands) == [("me@example.org", "n")]
    await xmpp.aclose()
