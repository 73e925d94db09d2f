"""Tunes, moods, activities and games between two friends, attention, and private XML, with a real Prosody."""

from collections.abc import AsyncIterator

import pytest

from helixmpp.plugins.xep_0049 import XEP_0049
from helixmpp.plugins.xep_0107 import XEP_0107
from helixmpp.plugins.xep_0108 import XEP_0108
from helixmpp.plugins.xep_0118 import XEP_0118, UserTune
from helixmpp.plugins.xep_0196 import XEP_0196
from helixmpp.plugins.xep_0224 import XEP_0224
from helixmpp.stanza import ChildText, ElementBase
from helixmpp.testing.prosody import Prosody
from tests.dialogues.conftest import ACCOUNTS, Place, until
from tests.dialogues.test_pubsub import friends, heard, until_told

pytestmark = pytest.mark.prosody

PLUGINS = ("xep_0107", "xep_0108", "xep_0118", "xep_0196", "xep_0224")


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """A fresh Prosody, which keeps private XML by a module that is on by default."""
    async with Prosody(accounts=ACCOUNTS) as real:
        place = Place(
            "prosody", real.domain, real.host, real.port, real.tls_port, real.component_port, real.ca_file
        )
        async with place.stack:
            yield place


async def test_what_friends_tell_each_other(place: Place) -> None:
    alice, bob = await friends(place, *PLUGINS)
    tunes = heard(bob, "user_tune_publish")
    await until_told(tunes, lambda: alice.plugin[XEP_0118].publish_tune(artist="Yes", length=686))
    tune = bob.plugin[XEP_0118].published(tunes[-1][1])
    assert tune is not None
    assert (tune.artist, tune.length, tunes[-1][1]["from"]) == ("Yes", 686, alice.boundjid.bare)
    others = heard(bob, "user_mood_publish", "user_activity_publish", "user_gaming_publish")
    await alice.plugin[XEP_0107].publish_mood("happy", "Yay!")
    await alice.plugin[XEP_0108].publish_activity("relaxing", "gaming")
    await alice.plugin[XEP_0196].publish_gaming(name="Nethack", character_name="Rodney")
    # Prosody may send an event twice, to bob's client and to his account.
    await until(lambda: len(dict(others)) == 3)
    items = {name: message["pubsub_event"]["items"]["item"] for name, message in others}
    mood, game = items["user_mood_publish"]["mood"], items["user_gaming_publish"]["gaming"]
    assert (mood["value"], mood["text"]) == ("happy", "Yay!")
    assert items["user_activity_publish"]["activity"]["value"] == ("relaxing", "gaming")
    assert (game["name"], game["character_name"]) == ("Nethack", "Rodney")
    await alice.plugin[XEP_0118].stop()

    def last_tune() -> UserTune | None:
        return bob.plugin[XEP_0118].published(tunes[-1][1])

    await until(lambda: (tune := last_tune()) is not None and len(tune.xml) == 0)
    asked = heard(bob, "attention")
    alice.plugin[XEP_0224].request_attention(bob.boundjid, mbody="Why don't you answer?")
    await until(lambda: len(asked) == 1)
    assert asked[0][1]["body"] == "Why don't you answer?"


class Settings(ElementBase):
    name = "settings"
    namespace = "urn:example:settings"
    plugin_attrib = "example_settings"

    colour = ChildText()


async def test_private_xml(place: Place) -> None:
    alice = await place.connected("alice", "xep_0049")
    plugin = alice.plugin[XEP_0049]
    assert (await plugin.fetch(Settings)).colour == ""
    settings = Settings()
    settings.colour = "green"
    await plugin.store(settings)
    phone = await place.connected("alice", "xep_0049")
    assert (await phone.plugin[XEP_0049].fetch(Settings)).colour == "green"
    bob = await place.connected("bob", "xep_0049")
    assert (await bob.plugin[XEP_0049].fetch(Settings)).colour == ""
