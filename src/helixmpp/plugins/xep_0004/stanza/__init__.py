"""The payloads of XEP-0004."""

from helixmpp.plugins.xep_0004.stanza.field import FieldOption, FieldRule, FormField
from helixmpp.plugins.xep_0004.stanza.form import Form
from helixmpp.plugins.xep_0004.stanza.types import NAMESPACE, FieldTypes, FieldValue, FormTypes

__all__ = [
    "NAMESPACE",
    "FieldOption",
    "FieldRule",
    "FieldTypes",
    "FieldValue",
    "Form",
    "FormField",
    "FormTypes",
]
