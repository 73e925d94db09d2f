"""XEP-0122, Data Forms Validation: numbers, dates, ranges and patterns as answers to a form.

A field of a form is a text; its ``validate`` says which texts will do: a date between two others, a number, an
address of the web. Who asks checks the answers by it, and who answers sees what is wanted.

Use::

    xmpp.register_plugin("xep_0122")
    field = form.add_field("age", "text-single")
    field["validate"]["datatype"] = "xs:integer"
    field["validate"].set_range(True, 18, 120)

Then ``form.validate(answer)`` (XEP-0004) refuses "seventeen" and "17" by ``not-acceptable``;
``xmpp.plugin["xep_0122"].check(form, answer)`` does the same by the settings of this plugin.

Events: none.

Operations: none.

Limits: a regular expression of somebody else can take for ever to match, so it is not run: such a field is
checked by its datatype alone. ``check(form, answer, unsafe_regex=True)``, or the setting ``unsafe_regex``, runs
those of a form that the program wrote itself; even then a pattern has at most 256 characters and a value 1,024.
A range of digits is compared up to 64 digits.

Version: XEP-0122 1.0.2.
"""

from helixmpp.plugins.xep_0122.stanza import FormValidation
from helixmpp.plugins.xep_0122.validation import XEP_0122

__all__ = ["XEP_0122", "FormValidation"]
