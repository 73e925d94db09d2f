"""XEP-0050, Ad-Hoc Commands: what a program can be told to do, step by step, from any client.

A bot or a gateway has commands that people run from a menu of their client, by filling in forms; and a program runs
those of a server or a bot.

Use::

    xmpp.register_plugin("xep_0050")
    xmpp.plugin["xep_0050"].add_command(node="greeting", name="Greeting", handler=on_greeting)

    def on_greeting(iq, session):  # iq["from"] tells who asks; refuse by raising XMPPError("forbidden")
        form = xmpp.plugin["xep_0004"].make_form("form", "Greeting")
        form.add_field(var="greeting", ftype="text-single", label="Your greeting")
        session["payload"], session["next"] = form, on_answer
        return session

    def on_answer(payload, session):
        session["payload"], session["next"] = None, None  # no further step: the command is completed
        session["notes"] = [("info", f"You said {payload['values']['greeting']}")]
        return session

    answer = await xmpp.plugin["xep_0050"].send_command("bot@example.org/desk", "greeting")

``send_command`` takes one step of a command of somebody else; ``start_command`` runs all of it with handlers.

A session is a dictionary: ``id``, ``from`` (who runs the command), ``to``, ``node``, ``payload`` (in the first
handler what came, then what is sent: a payload, a list or None), ``interfaces`` and ``payload_classes`` (of what
came), ``notes``, ``next`` (the handler of the next step; None: there is none), ``has_next`` (whether a step comes
after that one), ``allow_complete`` (whether it may be left out), ``prev`` with ``allow_prev`` (the handler that goes
back), ``cancel`` (the handler of ``(iq, session)`` that is told so), ``past`` (for the program), ``lang`` (the
language of the answers, if the handler says it). Handlers but the first take ``(payload, session)``; the payload is
a list where not exactly one came. ``raise refusal("bad-payload")`` refuses a step, and the session stays as it is.

Events: ``command``, and ``command_execute``, ``command_next``, ``command_prev``, ``command_complete`` or
``command_cancel``, with the iq, for each step of one of our commands that its asker may take.
``commands_announced``, with the message, for a list of commands that somebody sent unasked.

Operations: ``set_command`` and ``get_command``, typed by :class:`CommandStore`. The default ones hold the commands of
``add_command`` in memory: a program adds them at each start. Sessions are kept in memory, too, or in a mapping of the
program (``set_backend``).

Limits: ``max_sessions`` sessions go on, ``max_sessions_per_jid`` of one bare address; more are refused
(``resource-constraint``). Each waits ``session_timeout`` seconds for the next step, or the ``timeout`` of its
command. Its id is not to be guessed, and nobody but the full address that began it goes on with it
(``bad-sessionid``); steps that were not offered are refused (``bad-action``), and so is one that comes before the last
one has been answered (``unexpected-request``).

Version: XEP-0050 1.3.0.
"""

from helixmpp.plugins.xep_0050.adhoc import XEP_0050
from helixmpp.plugins.xep_0050.refusals import refusal
from helixmpp.plugins.xep_0050.stanza import Command
from helixmpp.plugins.xep_0050.store import CommandStore, CommandType, Session

__all__ = ["XEP_0050", "Command", "CommandStore", "CommandType", "Session", "refusal"]
