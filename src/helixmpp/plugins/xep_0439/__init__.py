"""XEP-0439, Quick Response: a bot offers answers and actions, of which people choose one by a click.

Use::

    xmpp.register_plugin("xep_0439")
    quick = xmpp.plugin["xep_0439"]
    asked = quick.ask_for_responses("user@example.com", "Execute it? (yes/no)", [("yes", "Sure!"), ("no", "Uh...")])
    xmpp.add_event_handler("message", lambda message: print(quick.chosen(message, asked)))
    quick.ask_for_actions("user@example.com", "New merge request: https://...", [("merge-32643", "Merge Now")])
    xmpp.add_event_handler("action_selected", lambda message: print(message["action_selected"]["id"]))

The other side: ``quick.respond(message, "yes")``, ``quick.select_action(message, "merge-32643")``.

Events: ``responses_received`` and ``action_received``, with a message that offers answers or actions;
``action_selected``, with a message that chooses an action. An answer that is chosen is an ordinary message.

Operations: none.

Limits: of one message ``max_choices`` answers or actions are looked at. Nothing is kept: whether an action was offered,
and to whom, the program knows; anybody can send any id, and what he may not do is to be refused as ever.

Version: XEP-0439 0.1.0.
"""

from helixmpp.plugins.xep_0439.quickresponse import XEP_0439
from helixmpp.plugins.xep_0439.stanza import Action, ActionSelected, Response

__all__ = ["XEP_0439", "Action", "ActionSelected", "Response"]
