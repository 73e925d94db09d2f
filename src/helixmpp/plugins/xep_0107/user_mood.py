"""The plugin ``xep_0107``; see the package's docstring."""

from collections.abc import Awaitable
from typing import ClassVar, Unpack

from helixmpp.plugins._published import Published, PublishOptions
from helixmpp.plugins.xep_0060 import EventItem, Item
from helixmpp.plugins.xep_0107.stanza import NAMESPACE, UserMood
from helixmpp.stanza import Iq, Message

__all__ = ["XEP_0107"]


class XEP_0107(Published[UserMood]):  # noqa: N801 - the name that programs import
    """User mood: tells how we feel, and hears it of contacts."""

    name = "xep_0107"
    description = "User mood: how somebody feels"
    xep_version = "1.2.2"
    dependencies: ClassVar[set[str]] = {"xep_0060", "xep_0163"}
    extends = ((Item, UserMood), (EventItem, UserMood), (Message, UserMood))
    # The second asks the accounts of contacts for their events (XEP-0163 section 4.2).
    features = (NAMESPACE, f"{NAMESPACE}+notify")
    event_name = "user_mood"
    _payload = UserMood

    def publish_mood(
        self, value: str | None = None, text: str | None = None, **options: Unpack[PublishOptions]
    ) -> Awaitable[Iq]:
        """Tell all contacts how we feel.

        :param value: one of ``UserMood.moods``, such as ``happy``; None says that we tell no mood any more.
        :param text: more about it.
        :param options: by name: what the node's configuration has to be, for whom, and how long to wait.
        :raises FieldValueError: there is no such mood, or the text has a character that XML forbids.
        :raises ValueError: there is a text, and no mood.
        :raises IqError: (when awaited) the server refuses, or has no such service.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        if text and not value:
            raise ValueError("a mood that says something has a value (XEP-0107 section 2.1)")
        mood = UserMood()
        mood["value"] = value
        mood.text = text
        return self._publish(mood, options)
