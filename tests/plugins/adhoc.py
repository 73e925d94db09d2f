"""Requests to run commands, their answers, and a component that has a command of three steps."""

import asyncio
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

from helixmpp.core.engines import Engine
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0050 import XEP_0050, Command, Session, refusal
from helixmpp.plugins.xep_0050.stored import VALUE_LIMIT
from helixmpp.storage import MemoryEngine
from helixmpp.xml import NS_STANZA_ERRORS
from tests.plugins.offline import OfflineComponent, settle
from tests.support.waiting import until

__all__ = ["NS", "SUBMIT", "Process", "outcome", "read", "request"]

NS = "http://jabber.org/protocol/commands"
SUBMIT = "<x xmlns='jabber:x:data' type='submit'><field var='a'><value>{}</value></field></x>"


def request(
    node: str = "n", sessionid: str = "", action: str = "", inner: str = "", *, user: str = "bill@a.lit/globe"
) -> str:
    attributes = f" sessionid='{sessionid}'" * bool(sessionid) + f" action='{action}'" * bool(action)
    return (
        f"<iq type='set' id='1' from='{user}' to='comp.example.org'>"
        f"<command xmlns='{NS}' node='{node}'{attributes}>{inner}</command></iq>"
    )


def read(answers: list[Element]) -> Command:
    (answer,) = answers
    assert answer.get("type") == "result", outcome(answers)
    return Command(xml=answer[0])


def outcome(answers: list[Element]) -> tuple[str, ...]:
    """Of the one answer the conditions of the error, or the status."""
    (answer,) = answers
    if answer.get("type") == "result":
        return ("result", answer[0].get("status", ""))
    (error,) = [child for child in answer if child.tag.endswith("}error")]
    named = [child.tag[1:].partition("}") for child in error]
    names = {namespace: name for namespace, _, name in named if name != "text"}
    return tuple(names[ns] for ns in (NS_STANZA_ERRORS, NS) if ns in names)


class Process:
    """A component as one process runs it, with a wizard of three steps."""

    def __init__(self, engine: Engine, clock: Callable[[], float] | None = None) -> None:
        self.engine = engine
        self.xmpp = OfflineComponent(storage=engine)
        self.plugin = self.xmpp.register_plugin(XEP_0050)
        if clock is not None:
            running: Any = self.plugin.__dict__["_running"]
            running.clock = clock
        self.seen: list[str] = []
        self.told: list[str] = []
        self.gate: asyncio.Event | None = None
        self.refuses = False
        self.plugin.add_command(
            node="n", handler=self.first, timeout_handler=self.expired, steps={"nested": self.inner()}
        )

    def inner(self) -> Callable[..., Any]:
        def nested(payload: Any, session: Session) -> Session:
            self.seen.append("nested")
            session.update(next=self.last, prev=None, allow_prev=False, has_next=False)
            return session

        return nested

    def form(self, title: str) -> Form:
        form = Form()
        form.type, form.title = "form", title
        return form

    def first(self, iq: Any, session: Session) -> Session:
        self.seen.append("first")
        session.update(payload=self.form("1"), has_next=True, next=self.second, cancel=self.canceled)
        session["began"] = {"by": iq["from"], "at": (1, 2.5)}
        return session

    async def second(self, payload: Any, session: Session) -> Session:
        self.seen.append("second")
        if self.gate is not None:
            await self.gate.wait()
        if self.refuses:
            raise refusal("bad-payload")
        session["answer"] = payload["values"]["a"]
        assert session["payload"]["title"] == "1"
        session.update(payload=self.form("2"), allow_prev=True, prev=self.first_again)
        session["next"] = self.plugin.__dict__["_steps"]["comp.example.org", "n"]["nested"]
        return session

    def first_again(self, payload: Any, session: Session) -> Session:
        self.seen.append("prev")
        session.update(payload=self.form("1"), next=self.second, allow_prev=False, prev=None)
        return session

    def last(self, payload: Any, session: Session) -> Session:
        self.seen.append("last")
        began = session["began"]
        assert isinstance(began["by"], JID)
        session.update(payload=None, next=None)
        session["notes"] = [("info", f"{began['by'].bare} {began['at']} {session['answer']}")]
        return session

    def canceled(self, iq: Any, session: Session) -> None:
        self.seen.append("canceled")

    def expired(self, session: Session) -> None:
        self.told.append(session["began"]["by"].bare)

    async def ask(self, text: str) -> list[Element]:
        """The answer, which may take a while over a real engine."""
        before = len(self.xmpp.sent)
        await self.xmpp.receive(text)
        await until(lambda: len(self.xmpp.sent) > before)
        await settle()
        return self.xmpp.sent[before:]

    async def step(self, session: str = "", action: str = "", inner: str = "", **options: str) -> Command:
        answers = await self.ask(request(sessionid=session, action=action, inner=inner, **options))
        assert answers[0].get("type") == "result", outcome(answers)
        return Command(xml=answers[0][0])

    async def stop(self) -> None:
        """End as a process ends that is stopped."""
        await self.xmpp.aclose()
        assert not self.xmpp.failures
        if not isinstance(self.engine, MemoryEngine):
            await self.engine.close()

    async def kept(self) -> list[str]:
        """The sessions in the storage; each of them is there in two places or in none."""
        limit = self.plugin.max_sessions
        steps = self.plugin.collection("steps", limit=limit, value_limit=64)
        sessions = self.plugin.collection("sessions", limit=limit, value_limit=VALUE_LIMIT)
        found = sorted(await steps.keys())
        assert len(await sessions.keys()) == len(found)
        return found
