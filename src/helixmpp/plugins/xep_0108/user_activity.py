"""The plugin ``xep_0108``; see the package's docstring."""

from collections.abc import Awaitable
from typing import ClassVar, Unpack

from helixmpp.plugins._published import Published, PublishOptions
from helixmpp.plugins.xep_0060 import EventItem, Item
from helixmpp.plugins.xep_0108.stanza import NAMESPACE, UserActivity
from helixmpp.stanza import Iq

__all__ = ["XEP_0108"]


class XEP_0108(Published[UserActivity]):  # noqa: N801 - the name that programs import
    """User activity: tells what we do, and hears it of contacts."""

    name = "xep_0108"
    description = "User activity: what somebody does"
    xep_version = "1.3"
    dependencies: ClassVar[set[str]] = {"xep_0060", "xep_0163"}
    extends = ((Item, UserActivity), (EventItem, UserActivity))
    # The second asks the accounts of contacts for their events (XEP-0163 section 4.2).
    features = (NAMESPACE, f"{NAMESPACE}+notify")
    event_name = "user_activity"
    _payload = UserActivity

    def publish_activity(
        self,
        general: str,
        specific: str | None = None,
        text: str | None = None,
        **options: Unpack[PublishOptions],
    ) -> Awaitable[Iq]:
        """Tell all contacts what we do.

        :param general: one of ``UserActivity.general``, such as ``relaxing``.
        :param specific: one of ``UserActivity.specific``, such as ``partying``.
        :param text: more about it.
        :param options: by name: what the node's configuration has to be, for whom, and how long to wait.
        :raises FieldValueError: there is no such activity, or the text has a character that XML forbids.
        :raises IqError: (when awaited) the server refuses, or has no such service.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        activity = UserActivity()
        activity.value = (general, specific)
        activity.text = text
        return self._publish(activity, options)
