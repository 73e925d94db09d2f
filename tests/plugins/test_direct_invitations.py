"""Direct invitations (XEP-0249)."""

from typing import Any

import pytest

from helixmpp.errors import InvalidJID
from helixmpp.plugins.xep_0249 import XEP_0249, Invite
from tests.plugins.offline import OfflineClient
from tests.plugins.test_muc_rooms import ROOM, USER, Member, heard, muc, text_of

CONFERENCE = "jabber:x:conference"
OTHER = "darkcave@macbeth.shakespeare.lit"


def invitation(attributes: str, kind: str = "", more: str = "") -> str:
    type_ = f" type='{kind}'" if kind else ""
    inner = f"<x xmlns='{CONFERENCE}' {attributes}/>{more}"
    return f"<message from='crone1@shakespeare.lit/desktop'{type_}>{inner}</message>"


@pytest.mark.parametrize(
    ("options", "attributes"),
    [
        ({}, {"jid": OTHER}),
        (
            {"password": "cauldronburn", "reason": "Hey Hecate!"},
            {"jid": OTHER, "password": "cauldronburn", "reason": "Hey Hecate!"},
        ),
        ({"thread": "e0ffe42b"}, {"jid": OTHER, "continue": "true", "thread": "e0ffe42b"}),
        ({"thread": ""}, {"jid": OTHER, "continue": "true"}),
    ],
)
async def test_inviting(options: dict[str, Any], attributes: dict[str, str]) -> None:
    xmpp = OfflineClient()
    plugin = xmpp.register_plugin(XEP_0249)
    plugin.send_invitation("hecate@shakespeare.lit", f"{OTHER}/ignored", **options)
    (sent,) = xmpp.sent
    assert (sent.get("to"), sent.get("type"), len(sent)) == ("hecate@shakespeare.lit", None, 1)
    assert sent[0].tag == f"{{{CONFERENCE}}}x"
    assert dict(sent[0].attrib) == attributes
    with pytest.raises(InvalidJID):
        plugin.send_invitation("hecate@shakespeare.lit", "@")
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (invitation(f"jid='{OTHER}'"), True),
        (invitation(f"jid='{OTHER}'", "normal"), True),
        (invitation(f"jid='{OTHER}'", "chat"), True),
        (invitation(f"jid='{OTHER}' unknown='x'", more="<body>come</body>"), True),
        (invitation(f"jid='{OTHER}'", "error"), False),
        (invitation(f"jid='{OTHER}'", "groupchat"), False),
        (invitation(f"jid='{ROOM}'"), False),  # where we are (section 4)
        (invitation(f"jid='{OTHER}/nick'"), False),
        (invitation("jid='macbeth.shakespeare.lit'"), False),
        (invitation("jid='@'"), False),
        (invitation(""), False),
        # The same of a room is its own invitation (XEP-0045 section 7.8.2).
        (invitation(f"jid='{OTHER}'", more=f"<x xmlns='{USER}'><invite from='a@b.example'/></x>"), False),
    ],
)
async def test_being_invited(text: str, told: bool) -> None:
    xmpp = Member("xep_0249")
    await xmpp.enter()
    seen = heard(xmpp, "groupchat_direct_invite")
    assert await xmpp.receive(text) == []
    assert len(seen) == told
    assert xmpp.failures == []
    await xmpp.aclose()


async def test_what_an_invitation_says() -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0249")
    seen = heard(xmpp, "groupchat_direct_invite")
    await xmpp.receive(invitation(f"jid='{OTHER}' password='p' reason='Hey' continue='1' thread='e0ffe42b'"))
    ((_, message),) = seen
    assert message["groupchat_invite"]["jid"] == OTHER
    invite = message[Invite]
    assert (invite.password, invite.reason, invite.continue_, invite.thread) == ("p", "Hey", True, "e0ffe42b")
    assert message["from"] == "crone1@shakespeare.lit/desktop"
    # And it can be followed.
    xmpp.register_plugin("xep_0045")
    muc(xmpp).join_muc(invite.jid, "hecate", password=invite.password)
    assert "<password>p</password>" in text_of(xmpp.sent[-1])
    await xmpp.aclose()
