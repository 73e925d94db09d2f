"""Promise V: however many strangers write, ask and publish, every table stays at its limit.

A client and a component have every plugin there is, and a stranger after the other sends one stanza of each kind that
anything here listens to, each time under a name, node, id, hash or session of its own. Two things are looked at:

* the tables, by name: each is full, and holds no more than its setting says;
* everything else, by counting: of all objects that can be reached from the client or the component there are no
  more after twice as many strangers, and no more memory is taken.

Limits are small here, so that some dozens of strangers fill them. With ``HELIXMPP_STRANGERS=100000`` in the
environment so many strangers come, each with a ninth of the stanzas, and limits are the defaults but none above 2,000
(each of the two takes a quarter of an hour)::

    HELIXMPP_STRANGERS=100000 python -m pytest tests/core/test_promise_v.py
"""

import asyncio
import gc
import hashlib
import logging
import os
import pkgutil
import tracemalloc
from base64 import b64encode
from collections import Counter, deque
from collections.abc import Iterator
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, ModuleType, TracebackType
from typing import Any
from weakref import ref
from xml.etree.ElementTree import Element

import pytest

from helixmpp import plugins
from helixmpp.core import BasePlugin
from helixmpp.core.declare import Setting
from helixmpp.core.engines import ValueEntry
from helixmpp.plugins.xep_0004 import Form
from helixmpp.stanza import Iq
from helixmpp.storage import MemoryEngine
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, OfflineComponent

FULL = int(os.environ.get("HELIXMPP_STRANGERS", "0"))
#: How many strangers come before the first look, and again before the second.
STRANGERS = FULL // 2 or 60
#: A stranger sends each so many-th kind of stanza.
STEP = 9 if FULL else 1
#: How much more memory there may be after the second half, in bytes.
MORE_MEMORY = 20_000_000 if FULL else 500_000
SMALL = 2_000 if FULL else 10
#: Settings that limit the size of one thing, not how many things there are.
SIZES = {"max_status", "max_size", "max_block_size", "max_gather", "max_unread", "max_photo", "max_field"}

CAPS = "http://jabber.org/protocol/caps"
# What each stranger sends: {n} is the stranger's number, {s} its full address, {b} its bare one, {to} one of ours;
# {hash} is the number's SHA-1 in hexadecimal, {b64} in base64.
BLOB = (
    "<data xmlns='urn:xmpp:bob' cid='sha1+{hash}@bob.xmpp.org' type='text/plain' max-age='9999'>{data}</data>"
)
PRESENCES = {
    "available": "<status>hello {n}</status><priority>1</priority>",
    "capabilities": f"<c xmlns='{CAPS}' hash='sha-1' node='http://{{n}}.example' ver='{{ver}}'/>",
    "avatar": "<x xmlns='vcard-temp:x:update'><photo>{hash}</photo></x>",
    "idle": "<idle xmlns='urn:xmpp:idle:1' since='2020-01-02T03:04:05Z'/>",
    "blob": BLOB,
    "room": "<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant'/></x>",
    "occupant": "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='{hash}'/>",
    "signed": "<x xmlns='jabber:x:signed'>{b64}</x>",
    "to several": "<addresses xmlns='http://jabber.org/protocol/address'><address type='bcc' jid='x{n}@y.z'/>"
    "</addresses>",
}
SUBSCRIPTIONS = ("subscribe", "subscribed", "unsubscribe", "unsubscribed", "probe", "unavailable", "error")
EVENT = (
    "<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='{node}'><item id='{hash}'>{of}</item>"
    "</items></event>"
)
MESSAGES = {
    "text": "<body>hello {n}</body><thread>{hash}</thread><active xmlns='http://jabber.org/protocol/chatstates'/>",
    "blob": BLOB,
    "blob that no hash vouches for": "<data xmlns='urn:xmpp:bob' cid='{n}@x.y' type='text/plain'>{data}</data>",
    "avatar": EVENT.replace("{node}", "urn:xmpp:avatar:metadata").replace(
        "{of}",
        "<metadata xmlns='urn:xmpp:avatar:metadata'><info bytes='9' id='{hash}' type='image/png'/></metadata>",
    ),
    "nick": EVENT.replace("{node}", "http://jabber.org/protocol/nick").replace(
        "{of}", "<nick xmlns='http://jabber.org/protocol/nick'>{n}</nick>"
    ),
    "any node": EVENT.replace("{node}", "node-{n}").replace("{of}", "<x xmlns='urn:{n}'/>"),
    "receipt": "<received xmlns='urn:xmpp:receipts' id='{hash}'/>",
    "receipt asked": "<body>x</body><request xmlns='urn:xmpp:receipts'/>",
    "marker": "<displayed xmlns='urn:xmpp:chat-markers:0' id='{hash}'/>",
    "correction": "<body>y</body><replace xmlns='urn:xmpp:message-correct:0' id='m{n}'/>",
    "retraction": "<retract xmlns='urn:xmpp:message-retract:1' id='m{n}'/>",
    "reaction": "<reactions xmlns='urn:xmpp:reactions:0' id='m{n}'><reaction>x</reaction></reactions>",
    "reply": "<body>z</body><reply xmlns='urn:xmpp:reply:0' to='{s}' id='m{n}'/>",
    "stanza id": "<body>q</body><stanza-id xmlns='urn:xmpp:sid:0' id='{hash}' by='{b}'/>"
    "<origin-id xmlns='urn:xmpp:sid:0' id='o{n}'/>",
    "invitation": "<x xmlns='jabber:x:conference' jid='room{n}@muc.example.com'/>",
    "mediated": "<x xmlns='http://jabber.org/protocol/muc#user'><invite from='{s}'/></x>",
    "carbon": "<received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>"
    "<message xmlns='jabber:client' from='{s}' to='{to}'><body>no</body></message></forwarded></received>",
    "headers": "<headers xmlns='http://jabber.org/protocol/shim'><header name='h{n}'>x</header></headers>",
    "delay": "<body>w</body><delay xmlns='urn:xmpp:delay' from='{s}' stamp='2020-01-02T03:04:05Z'/>",
    "commands": "<query xmlns='http://jabber.org/protocol/disco#items' "
    "node='http://jabber.org/protocol/commands'><item jid='{b}' node='{n}'/></query>",
    "block of a stream": "<data xmlns='http://jabber.org/protocol/ibb' sid='s{n}' seq='0'>{data}</data>",
    "form": "<x xmlns='jabber:x:data' type='form'><field var='f{n}'/></x>",
    "call": "<propose xmlns='urn:xmpp:jingle-message:0' id='{hash}'><description xmlns='urn:{n}'/></propose>",
    "request on the web": "<confirm xmlns='http://jabber.org/protocol/http-auth' id='{n}' method='GET' url='x:{n}'/>",
    "waiting message": "<body>v</body><offline xmlns='http://jabber.org/protocol/offline'><item node='{n}'/></offline>",
}
GETS = {
    "disco#info": "<query xmlns='http://jabber.org/protocol/disco#info' node='n{n}'/>",
    "disco#info of it": "<query xmlns='http://jabber.org/protocol/disco#info'/>",
    "disco#items": "<query xmlns='http://jabber.org/protocol/disco#items' node='n{n}'/>",
    "last activity": "<query xmlns='jabber:iq:last'/>",
    "version": "<query xmlns='jabber:iq:version'/>",
    "vCard": "<vCard xmlns='vcard-temp'/>",
    "ping": "<ping xmlns='urn:xmpp:ping'/>",
    "time": "<time xmlns='urn:xmpp:time'/>",
    "blob": "<data xmlns='urn:xmpp:bob' cid='{n}@x.y'/>",
    "registration": "<query xmlns='jabber:iq:register'/>",
    "search": "<query xmlns='jabber:iq:search'/>",
    "gateway": "<query xmlns='jabber:iq:gateway'/>",
    "pubsub": "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='n{n}'/></pubsub>",
    "streamhosts": "<query xmlns='http://jabber.org/protocol/bytestreams'/>",
    "blocked": "<blocklist xmlns='urn:xmpp:blocking'/>",
    "request on the web": "<confirm xmlns='http://jabber.org/protocol/http-auth' id='{n}' method='GET' url='x:{n}'/>",
    "unknown": "<x xmlns='urn:{n}'/>",
}
SETS = {
    "registration": "<query xmlns='jabber:iq:register'><username>u{n}</username><password>p</password></query>",
    "search": "<query xmlns='jabber:iq:search'><nick>n{n}</nick></query>",
    "gateway": "<query xmlns='jabber:iq:gateway'><prompt>n{n}</prompt></query>",
    "command": "<command xmlns='http://jabber.org/protocol/commands' node='steps' action='execute'/>",
    "step": "<command xmlns='http://jabber.org/protocol/commands' node='steps' sessionid='s{n}' action='next'/>",
    "in-band stream": "<open xmlns='http://jabber.org/protocol/ibb' block-size='4096' sid='s{n}'/>",
    "block": "<data xmlns='http://jabber.org/protocol/ibb' sid='s{n}' seq='0'>{data}</data>",
    "socks5 stream": "<query xmlns='http://jabber.org/protocol/bytestreams' sid='s{n}'>"
    "<streamhost jid='{b}' host='192.0.2.1' port='1'/></query>",
    "file": "<si xmlns='http://jabber.org/protocol/si' id='f{n}' "
    "profile='http://jabber.org/protocol/si/profile/file-transfer'>"
    "<file xmlns='http://jabber.org/protocol/si/profile/file-transfer' name='n{n}' size='9'/>"
    "<feature xmlns='http://jabber.org/protocol/feature-neg'><x xmlns='jabber:x:data' type='form'>"
    "<field var='stream-method' type='list-single'><option><value>http://jabber.org/protocol/ibb</value>"
    "</option></field></x></feature></si>",
    "options": "<feature xmlns='http://jabber.org/protocol/feature-neg'><x xmlns='jabber:x:data' type='form'>"
    "<field var='FORM_TYPE' type='hidden'><value>k{n}</value></field></x></feature>",
    "roster": "<query xmlns='jabber:iq:roster'><item jid='x{n}@y.z' subscription='both'/></query>",
    "vCard": "<vCard xmlns='vcard-temp'><FN>{n}</FN></vCard>",
    "address": "<query xmlns='jabber:iq:oob'><url>http://{n}.example/</url></query>",
    "publication": "<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='n{n}'><item/></publish></pubsub>",
    "block list": "<block xmlns='urn:xmpp:blocking'><item jid='x{n}@y.z'/></block>",
}
ANSWERS = {
    "result": "<iq type='result' id='r{n}' from='{s}' to='{to}'><x xmlns='urn:{n}'/></iq>",
    "error": "<iq type='error' id='e{n}' from='{s}' to='{to}'><error type='cancel'/></iq>",
    "message": "<message type='error' id='m{n}' from='{s}' to='{to}'><error type='cancel'/></message>",
}


def stanzas() -> list[str]:
    """What each stranger sends, as patterns."""
    found = [f"<presence from='{{s}}' to='{{to}}'>{payload}</presence>" for payload in PRESENCES.values()]
    found += [f"<presence type='{kind}' from='{{s}}' to='{{to}}'/>" for kind in SUBSCRIPTIONS]
    for type_ in ("chat", "headline", "groupchat"):
        found += [
            f"<message type='{type_}' id='m{{n}}' from='{{s}}' to='{{to}}'>{payload}</message>"
            for payload in MESSAGES.values()
        ]
    for type_, payloads in (("get", GETS), ("set", SETS)):
        found += [
            f"<iq type='{type_}' id='{type_}{number}-{{n}}' from='{{s}}' to='{{to}}'>{payload}</iq>"
            for number, payload in enumerate(payloads.values())
        ]
    return found + list(ANSWERS.values())


PATTERNS = stanzas()
Anybody = OfflineClient | OfflineComponent


def limit_everything(xmpp: Anybody) -> None:
    """Small limits for all that may be limited, of the stream, the roster and each plugin."""
    xmpp.max_open_requests = 10 * SMALL  # a stranger sends some thirty requests at once
    xmpp.roster.max_items = xmpp.roster.max_strangers = xmpp.roster.max_resources = SMALL
    for name in xmpp.plugin:
        plugin: BasePlugin = xmpp.plugin[name]
        kind = type(plugin)
        for setting in dir(kind):
            if not isinstance(getattr(kind, setting), Setting) or setting in SIZES:
                continue
            if setting == "cache_limit" or (setting.startswith("max_") and getattr(plugin, setting) > SMALL):
                setattr(plugin, setting, SMALL)


def command(iq: Iq, session: dict[str, Any]) -> dict[str, Any]:
    """The first step of a command: its session waits for the next."""
    session["payload"] = Form()
    session["next"] = second
    return session


def second(payload: object, session: dict[str, Any]) -> dict[str, Any]:
    """A step that nobody takes."""
    return session


def equip(xmpp: Anybody) -> None:
    """Every plugin, and what of it only works once a program asks for it."""
    for module in pkgutil.iter_modules(plugins.__path__):
        if module.name.startswith("xep_"):
            xmpp.register_plugin(module.name)
    limit_everything(xmpp)
    xmpp.plugin["xep_0047"].auto_accept = True
    xmpp.plugin["xep_0100"].needs_registration = False
    xmpp.plugin["xep_0033"].serves = {f"h{n}.example" for n in range(7)}
    xmpp.add_event_handler("http_confirm", lambda _: None)
    xmpp.add_event_handler("file_transfer_request", lambda _: None)  # somebody who never makes up his mind
    xmpp.plugin["xep_0050"].add_command(node="steps", name="Steps", handler=command)


def capabilities(number: int) -> str:
    """The verification string of what :func:`told` answers (XEP-0115 section 5.1)."""
    return b64encode(hashlib.sha1(f"client/pc//n{number}<urn:{number}<".encode()).digest()).decode()


def told(question: Element) -> str | None:
    """What a stranger answers who is asked for its capabilities."""
    query = question.find("{http://jabber.org/protocol/disco#info}query")
    name, _, number = question.get("to", "").partition("/r")
    if query is None or question.get("type") != "get" or not number:
        return None
    return (
        f"<iq type='result' id='{question.get('id')}' from='{name}/r{number}' to='{question.get('from', '')}'>"
        f"<query xmlns='http://jabber.org/protocol/disco#info' node='{query.get('node', '')}'>"
        f"<identity category='client' type='pc' name='n{number}'/><feature var='urn:{number}'/></query></iq>"
    )


async def settle(xmpp: Anybody) -> None:
    """Let what was begun come to its end, and strangers answer."""
    for _ in range(10):
        await asyncio.sleep(0)
        sent = list(xmpp.sent)
        xmpp.sent.clear()
        for question in sent:
            answer = told(question)
            if answer is not None:
                xmpp.stanza_received(parse_one(answer, stream_ns=xmpp.default_ns))


async def visit(xmpp: Anybody, first: int, count: int) -> None:
    """So many strangers, each with one stanza of each kind."""
    for number in range(first, first + count):
        digest = hashlib.sha1(f"blob {number}".encode())
        own = f"a{number}@comp.example.org" if xmpp.is_component else "me@example.org/desk"
        names = {
            "n": number,
            "b": f"s{number}@h{number % 7}.example",
            "s": f"s{number}@h{number % 7}.example/r{number}",
            "hash": digest.hexdigest(),
            "b64": b64encode(digest.digest()).decode(),
            "data": b64encode(f"blob {number}".encode()).decode(),
            "ver": capabilities(number),
        }
        for place, pattern in enumerate(PATTERNS[number % STEP :: STEP]):
            # Of a component's addresses most strangers write to its own; but also each to another.
            to = "comp.example.org" if xmpp.is_component and (place + number // STEP) % 3 else own
            text = pattern.format(**names, to=to)
            xmpp.stanza_received(parse_one(text, stream_ns=xmpp.default_ns))
        await settle(xmpp)
    for _ in range(10):
        await settle(xmpp)


# -- looking ------------------------------------------------------------------------------------------------

# What belongs to the process and not to a client.
NOT_OURS = (type, ModuleType, CodeType, FrameType, TracebackType, BuiltinFunctionType, logging.Logger, ref)
CONTAINERS = (dict, list, set, deque)


def length(container: Any) -> int:
    return len(container)


class Census:
    """Everything that can be reached from a client: how many of each type, and how large each container is."""

    def __init__(self, xmpp: Anybody) -> None:
        self.types: Counter[str] = Counter()
        self.containers: dict[int, tuple[str, object]] = {}
        self.sizes: dict[int, int] = {}
        loop = asyncio.get_running_loop()
        seen = {id(loop), id(vars(loop))}
        todo: deque[tuple[object, str]] = deque([(xmpp, "")])
        while todo:
            one, path = todo.popleft()
            if id(one) in seen or isinstance(one, NOT_OURS):
                continue
            seen.add(id(one))
            if isinstance(one, FunctionType):
                todo.extend((cell, path) for cell in one.__closure__ or ())
                continue
            kind = type(one).__name__
            self.types[kind] += 1
            if issubclass(type(one), CONTAINERS):
                self.containers[id(one)] = (path, one)
                self.sizes[id(one)] = length(one)
            todo.extend((other, f"{path}/{kind}") for other in gc.get_referents(one))

    def grown_since(self, before: "Census") -> dict[str, int]:
        """The containers that are larger, by the types on the way to them."""
        return {
            path: length(one)
            for key, (path, one) in self.containers.items()
            # The one before holds on to them: the same id is the same container. A task on its way is no growth.
            if key in before.sizes and length(one) > max(before.sizes[key], 10)
        }


async def kept(engine: MemoryEngine) -> Counter[str]:
    """How many values each collection holds."""
    return Counter([entry.collection async for entry in engine.entries() if isinstance(entry, ValueEntry)])


#: The collections that strangers fill, and the setting of each.
COLLECTIONS = {
    "xep_0030.cache": ("xep_0030", "cache_limit"),
    "xep_0050.sessions": ("xep_0050", "max_sessions"),
    "xep_0050.steps": ("xep_0050", "max_sessions"),
    "xep_0115.caps": ("xep_0115", "max_caps"),
    "xep_0115.jids": ("xep_0115", "max_jids"),
    "xep_0153.others": ("xep_0153", "max_others"),
    "xep_0231.received": ("xep_0231", "max_received"),
    "xep_0231.unchecked": ("xep_0231", "max_received"),
}
OF_COMPONENT = {"xep_0077.users": ("xep_0077", "max_users")}
#: The same in memory, by the type of what is in the table.
OBJECTS = {
    "IBBytestream": ("xep_0047", "max_streams"),
    "_Place": ("xep_0050", "max_sessions"),
}
#: What may still grow after the first half of the strangers, with the most that it may come to: what the router
#: knows of the forms of stanzas, the log of a roster until it is put together, and the authors of messages, of which
#: some are forgotten at a time.
GROWING = {
    "/Router": 1_024,
    "/Router/dict": 1_024,
    "/Router/dict/dict": 1_024,
    "/MemoryLog/_Content": 20_000,
    "/XEP_0359/Authors": SMALL,
}


def limit(xmpp: Anybody, place: tuple[str, str]) -> int:
    """What a setting says."""
    value: int = getattr(xmpp.plugin[place[0]], place[1])
    return value


def check_tables(xmpp: Anybody, collections: Counter[str], objects: Counter[str]) -> None:
    """Each table holds something, no more than it may, and that where enough strangers came."""
    visits = STRANGERS // STEP
    wanted = COLLECTIONS | (OF_COMPONENT if xmpp.is_component else {})
    # What the program says of its nodes, and of each address of ours that strangers made it answer from.
    nodes = limit(xmpp, ("xep_0115", "max_own")) + 10
    assert collections.pop("xep_0030.nodes") <= nodes
    assert objects["Node"] <= nodes
    assert set(collections) == set(wanted)
    for sizes, places in ((collections, wanted), (objects, OBJECTS)):
        for name, place in places.items():
            most = limit(xmpp, place)
            assert 0 < sizes[name] <= most, name
            assert sizes[name] == most or visits < most, name
    # What waits for an answer is a plain dictionary, of which there are many.
    assert length(vars(xmpp.plugin["xep_0095"])["_pending"]) == min(
        limit(xmpp, ("xep_0095", "max_pending")), visits
    )
    told = min(limit(xmpp, ("xep_0033", "max_told")), visits) if xmpp.is_component else 0
    assert length(vars(xmpp.plugin["xep_0033"])["_told"]) <= told
    roster = xmpp.roster
    assert roster.strangers_known <= roster.max_strangers
    assert roster.passing_nodes <= roster.max_strangers
    # A gateway's users are subscribed to it, however many items there are.
    assert sum(len(node) for node in roster.values()) <= roster.max_items + limit(
        xmpp, ("xep_0077", "max_users")
    )


@pytest.fixture
def quiet() -> Iterator[None]:
    """pytest keeps what is logged, which is not the library's memory."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("kind", [OfflineClient, OfflineComponent])
async def test_every_table_stays_at_its_limit(kind: type[Anybody], quiet: None) -> None:
    engine = MemoryEngine()
    xmpp = kind(storage=engine)
    equip(xmpp)
    await visit(xmpp, 0, STRANGERS)
    before = Census(xmpp)
    check_tables(xmpp, await kept(engine), before.types)
    gc.collect()
    tracemalloc.start()
    await visit(xmpp, STRANGERS, STRANGERS)
    gc.collect()
    more, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    after = Census(xmpp)
    check_tables(xmpp, await kept(engine), after.types)
    assert more < MORE_MEMORY
    grown = after.grown_since(before)
    for path, size in grown.items():
        assert [end for end, most in GROWING.items() if path.endswith(end) and size <= most], (path, size)
    assert xmpp.failures == []
    assert len(xmpp._iqs_) <= limit(xmpp, ("xep_0115", "max_queries"))  # pyright: ignore[reportPrivateUsage] - it counts
    await xmpp.aclose()
