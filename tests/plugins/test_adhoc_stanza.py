"""XEP-0050: the payload on the wire, with the examples of the XEP."""

from typing import Any

import pytest

from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0050 import Command
from helixmpp.stanza import Iq, register_stanza_plugin
from helixmpp.xml import parse_one

NS = "http://jabber.org/protocol/commands"
register_stanza_plugin(Iq, Command)


@pytest.mark.parametrize(
    ("inner", "values", "default"),
    [
        ("node='list' action='execute'/>", {"node": "list", "action": "execute", "status": ""}, "complete"),
        (
            "sessionid='config:20020923T213616Z-700' node='config' status='executing'>"
            "<actions execute='complete'><prev/><complete/></actions></command>",
            {"sessionid": "config:20020923T213616Z-700", "status": "executing", "actions": {"prev", "complete"}},
            "complete",
        ),
        ("node='c' status='executing'><actions><next/></actions></command>", {"actions": {"next"}}, "next"),
        (
            "node='c' status='completed'><note type='info'>Service 'httpd' has been configured.</note>"
            "<note>two</note></command>",
            {"notes": [("info", "Service 'httpd' has been configured."), ("info", "two")], "actions": set[str]()},
            "complete",
        ),
        ("node='c' x='y'><z xmlns='q'/></command>", {"node": "c", "action": "", "sessionid": ""}, "complete"),
    ],
)  # fmt: skip
def test_the_wire(inner: str, values: dict[str, Any], default: str) -> None:
    command = Command(xml=parse_one(f"<command xmlns='{NS}' {inner}"))
    assert {key: command[key] for key in values} == values
    assert command.default_action == default
    assert Command(xml=parse_one(str(command))) == command


def test_writing() -> None:
    command = Command()
    command["node"], command.status = "n", "executing"
    command["actions"] = ["complete", "prev"]
    command.add_note("careful", "warning")
    assert command["notes"] == [("warn", "careful")]
    command["notes"] = [("error", "no & never"), ("info", "")]
    assert str(command) == (
        f'<command xmlns="{NS}" node="n" status="executing">'
        '<actions execute="complete"><prev/><complete/></actions>'
        '<note type="error">no &amp; never</note><note type="info"/></command>'
    )
    command["actions"] = ["next", "complete"]
    # Section 3.4: "next" is what it is without the attribute.
    assert "<actions><next/><complete/></actions>" in str(command)
    assert command.default_action == "next"
    command["actions"] = []
    del command["notes"]
    assert len(command.xml) == 0


def test_the_default_action_of_a_request() -> None:
    iq = Iq()
    iq["type"] = "set"
    iq["command"]["node"] = "n"
    assert (iq["command"]["action"], iq[Command].xml.get("action")) == ("execute", None)
    iq["type"] = "result"
    assert iq["command"]["action"] == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("action", "jump"),
        ("status", "done"),
        ("actions", ["execute"]),
        ("actions", ["prev", "cancel"]),
        ("notes", [("fatal", "x")]),
        ("notes", [("info", "bell \x07")]),
        ("node", "\ud800"),
    ],
)
def test_wrong_values_of_a_program(key: str, value: Any) -> None:
    command = Command()
    with pytest.raises(FieldValueError):
        command[key] = value
    assert (len(command.xml), command.xml.attrib) == (0, {})


@pytest.mark.parametrize("key", ["action", "status"])
def test_wrong_values_of_a_peer(key: str) -> None:
    with pytest.raises(BadStanza):
        Command(xml=parse_one(f"<command xmlns='{NS}' {key}='nonsense'/>"))[key]


def test_forms_are_payloads_in_their_order() -> None:
    command = Command(
        xml=parse_one(
            f"<command xmlns='{NS}'><x xmlns='jabber:x:data' type='form'/><note>n</note>"
            "<x xmlns='jabber:x:data' type='result'/></command>"
        )
    )
    assert [item.type for item in command if isinstance(item, Form)] == ["form", "result"]
    assert command["form"].xml is command.xml[0]
