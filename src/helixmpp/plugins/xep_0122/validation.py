"""The plugin ``xep_0122``; see the package's docstring."""

from typing import ClassVar

from helixmpp.core.declare import Setting
from helixmpp.core.plugin import BasePlugin
from helixmpp.plugins.xep_0004.stanza import FieldValue, Form, FormField
from helixmpp.plugins.xep_0122.stanza import NAMESPACE, FormValidation

__all__ = ["XEP_0122"]


class XEP_0122(BasePlugin):  # noqa: N801 - the name that programs import
    """Validation: the field's child ``validate``, and the check of answers by it."""

    name = "xep_0122"
    description = "Data forms validation: datatypes, ranges and patterns of answers"
    xep_version = "1.0.2"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0004"}
    extends = ((FormField, FormValidation),)
    features = (NAMESPACE,)

    unsafe_regex = Setting(
        False, "UNSAFE for forms of others: whether check() runs regular expressions, which may take for ever"
    )

    def check(self, form: Form, answer: Form, *, unsafe_regex: bool | None = None) -> dict[str, FieldValue]:
        """Check an answer to a form, as :meth:`Form.validate` does, by the setting ``unsafe_regex``.

        :raises XMPPError: ``not-acceptable``, with a text for people.
        """
        run = self.unsafe_regex if unsafe_regex is None else unsafe_regex
        return form.validate(answer, unsafe_regex=run)
