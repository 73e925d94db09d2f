"""An account of our own: what a server asks for, filled in (XEP-0077 sections 3.1, 4, 5 and 6)."""

from collections.abc import Mapping

from helixmpp.errors import BadStanza, FieldValueError, RegistrationFailed, XMPPError
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0077.stanza import FIELDS, Register
from helixmpp.stanza import IqTimeout

__all__ = ["fill_in", "refusal"]


def fill_in(asked: Register, known: Mapping[str, str]) -> Register | Form:
    """Answer a form as the precedence order of section 6 says: the data form, else the fields.

    :param asked: what the server sent.
    :param known: texts by field, those of ``username`` and ``password`` among them.
    :raises RegistrationFailed: it asks for more than is known, or sends people elsewhere.
    """
    form = asked.get(Form)
    if form is not None:
        return _filled_form(asked, form, known)
    wanted = [field for field in FIELDS if field in asked.get_fields()]
    if not wanted:
        raise _redirection(asked)
    answer = Register()
    missing: list[str] = []
    for field in wanted:
        # The key is the server's own, and goes back as it came (section 7).
        text = asked[field] if field == "key" else known.get(field, "")
        if text:
            answer[field] = text
        else:
            missing.append(field)
    if missing:
        raise _incomplete(asked, missing)
    return answer


def _filled_form(asked: Register, form: Form, known: Mapping[str, str]) -> Form:
    try:
        if form.type != "form":
            raise RegistrationFailed("the server sent no form to fill in", condition="bad-request")
        values = {field.var: known[field.var] for field in form.fields if field.var in known}
        missing = [
            field.var
            for field in form.fields
            if field.required and field.var not in values and not any(field.texts)
        ]
        if missing:
            raise _incomplete(asked, missing)
        answer = form.merge(values)
        answer.replace_elements(
            [field.xml for field in answer.fields if not field.var or field.type == "fixed"], (), "fields"
        )
    except (FieldValueError, BadStanza) as error:
        raise RegistrationFailed(
            f"the server's form cannot be filled in: {error}", condition="bad-request"
        ) from error
    del answer["title"]
    answer.del_instructions()
    return answer.reply()


def _redirection(asked: Register) -> RegistrationFailed:
    where = f" at {asked.redirect}" if asked.redirect else ""
    return RegistrationFailed(
        f"the server makes no accounts in-band, but{where or ' elsewhere'}: {_said(asked)}".rstrip(": "),
        condition="redirect",
        etype="cancel",
        url=asked.redirect,
    )


def _incomplete(asked: Register, missing: list[str]) -> RegistrationFailed:
    return RegistrationFailed(
        f"the server also asks for {', '.join(missing)}: {_said(asked)}".rstrip(": "),
        condition="not-acceptable",
        url=asked.redirect,
        missing=tuple(missing),
    )


def _said(asked: Register) -> str:
    """What the server tells people, on one line."""
    return " ".join(asked.instructions.split())[:1000]


def refusal(error: BaseException, secret: str | None) -> RegistrationFailed:
    """The error for what the server, or a handler of the program, said against the account.

    :param secret: what may not be in its text.
    """
    if not isinstance(error, XMPPError):
        failure = RegistrationFailed(
            f"a handler of the event 'register' raised {type(error).__name__}",
            condition="internal-server-error",
        )
    else:
        text = " ".join(error.text.split())[:1000]
        said = f": {text}" if text and not (secret and secret in text) else ""
        # Who was silent once may answer the next time.
        etype = "wait" if isinstance(error, IqTimeout) else error.etype
        failure = RegistrationFailed(f"{error.condition}{said}", condition=error.condition, etype=etype)
    failure.__cause__ = error
    return failure
