"""XEP-0004, Data Forms: questions with typed fields, their answers, and tables of results.

A room's settings, a registration, a search and an ad-hoc command all ask by a form, and are answered by one.
This program builds forms, fills in those of others, and checks the answers to its own.

Use::

    xmpp.register_plugin("xep_0004")
    form = xmpp.plugin["xep_0004"].make_form(ftype="form", title="Order")
    form.add_field(var="size", ftype="list-single", options=[{"value": "small"}, {"value": "large"}])
    form.add_field(var="gift", ftype="boolean", label="Is it a gift?", value=False)

A received form is ``message["form"]``; ``form.reply()`` and ``form["values"] = {"size": "small"}`` make the
answer of it. Who asked has ``order = form.validate(answer)``, a dictionary, or the error ``not-acceptable``.

Events: ``message_xform`` and ``message_form``, with the message, for each message that has a form in it.

Operations: none; a form belongs to the protocol that carries it.

Limits: those of the parser (``max_children`` for fields, values and options of one element,
``max_stanza_size`` for all of it). A value of the wrong type raises ``FieldValueError`` when the program
assigns it, and ``BadStanza`` when it is read from what a peer sent. A field of a type that nobody defined is
read as ``text-single``.

Version: XEP-0004 2.13.2.
"""

from helixmpp.plugins.xep_0004.dataforms import XEP_0004
from helixmpp.plugins.xep_0004.stanza import FieldOption, FieldRule, Form, FormField

__all__ = ["XEP_0004", "FieldOption", "FieldRule", "Form", "FormField"]
