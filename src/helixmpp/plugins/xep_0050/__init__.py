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
``add_command`` in memory: a program adds them at each start. Sessions are in memory; where ``storage=`` names a lasting
place in that, too, so that a command goes on after a restart, or in another process of the component; and with
``set_backend`` in a mapping of the program alone. Sessions in which we run commands of others are the program's own.

What is kept of a session is all that is in it: what JSON has, ``tuple``, ``set``, ``frozenset``, ``bytes``, JIDs,
elements, forms and other payloads known in commands, and handlers by their names (``functools.partial`` of one, too). A
handler has a name if it is a method of the object that the command's first handler is a method of, a function of the
module in which that is defined, or one of ``steps=`` of ``add_command``. Nothing else is looked up by what the storage
says, nothing is imported or unpickled. A session with anything else in it (a lambda, a connection, 256 KiB) stays in
memory, where it goes on in this process alone; the log says so once for each command (``debug``).

A step is taken by one process and no other, and never twice: where a process is killed in the middle of it, the session
is over (``session-expired``). To another process than the one that takes it, a session is not there meanwhile.

Limits: ``max_sessions`` sessions go on, ``max_sessions_per_jid`` of one bare address; more are refused
(``resource-constraint``). Of several processes each counts its own, and the storage has room for ``max_sessions`` of
all; the one that has waited longest goes first. Each waits ``session_timeout`` seconds for the next step, or the
``timeout`` of its command; the handler of that is called by a process that had to do with the session, while it runs.
Its id is not to be guessed, and nobody but the full address that began it goes on with it (``bad-sessionid``). To go
back is refused where that was not offered (``bad-action``), and so is a step that comes before the last one has been
answered (``unexpected-request``). Whether a client asks for ``next`` or ``complete``, the handler is the same; the
session does not end by a ``complete`` that was not offered.

Version: XEP-0050 1.3.0.
"""

from helixmpp.plugins.xep_0050.adhoc import XEP_0050
from helixmpp.plugins.xep_0050.refusals import refusal
from helixmpp.plugins.xep_0050.stanza import Command
from helixmpp.plugins.xep_0050.store import CommandStore, CommandType, Session

__all__ = ["XEP_0050", "Command", "CommandStore", "CommandType", "Session", "refusal"]
