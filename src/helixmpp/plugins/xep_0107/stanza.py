"""``<mood/>`` of XEP-0107 section 2: how somebody feels."""

from typing import ClassVar

from helixmpp.stanza import ChildText, Choice, ElementBase

__all__ = ["MOODS", "NAMESPACE", "UserMood"]

NAMESPACE = "http://jabber.org/protocol/mood"

#: Section 3.
MOODS = (
    *("afraid", "amazed", "amorous", "angry", "annoyed", "anxious", "aroused", "ashamed", "bored", "brave"),
    *("calm", "cautious", "cold", "confident", "confused", "contemplative", "contented", "cranky"),
    *("crazy", "creative", "curious", "dejected", "depressed", "disappointed", "disgusted"),
    *("dismayed", "distracted", "embarrassed", "envious", "excited", "flirtatious", "frustrated"),
    *("grateful", "grieving", "grumpy", "guilty", "happy", "hopeful", "hot", "humbled", "humiliated"),
    *("hungry", "hurt", "impressed", "in_awe", "in_love", "indignant", "interested", "intoxicated"),
    *("invincible", "jealous", "lonely", "lost", "lucky", "mean", "moody", "nervous", "neutral", "offended"),
    *("outraged", "playful", "proud", "relaxed", "relieved", "remorseful", "restless", "sad"),
    *("sarcastic", "satisfied", "serious", "shocked", "shy", "sick", "sleepy", "spontaneous", "stressed"),
    *("strong", "surprised", "thankful", "thirsty", "tired", "undefined", "weak", "worried"),
)


class UserMood(ElementBase):
    """How somebody feels: ``value`` is one of the ``moods``, ``""`` where there is none; ``text`` says more."""

    name = "mood"
    namespace = NAMESPACE
    plugin_attrib = "mood"
    #: The moods that there are.
    moods: ClassVar[frozenset[str]] = frozenset(MOODS)

    value = Choice(*MOODS)
    text = ChildText()
