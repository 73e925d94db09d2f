"""SASLprep (RFC 4013)."""

import pytest

from helixmpp.stream import saslprep

PREPARED = {
    # Section 3, examples 1 to 5.
    "I\u00adX": "IX",
    "user": "user",
    "USER": "USER",
    "\u00aa": "a",
    "\u2168": "IX",
    # Section 2.1: non-ASCII space to space, nothing for what is commonly mapped to nothing.
    "a\u00a0b\u3000c\u2003d": "a b c d",
    "a\u200bb": "a b",  # in both lists
    "a\ufe0fb\u2060c": "abc",
    # Section 2.2: KC.
    "e\u0301": "é",
    "\uff50\uff45\uff4e": "pen",
    "\u1e9b\u0323": "\u1e69",
    # Section 2.4.
    "\u0627\u0031\u0628": "\u0627\u0031\u0628",
    "\u05d0": "\u05d0",
    # Not assigned in Unicode 3.2: as in a query.
    "pass\U0001f511": "pass\U0001f511",
    "\u0221": "\u0221",
    "": "",
    " ": " ",
    "漢字": "漢字",
}

REFUSED = [
    ("\u0007", "control"),  # section 3, example 6
    ("\u0627\u0031", "right to left"),  # section 3, example 7
    ("\u0627a\u0628", "mixes"),
    ("\0", "control"),
    ("a\tb", "control"),
    ("a\x7f", "control"),
    ("\u0085", "control"),
    ("\u06dd\u0627", "control"),
    ("\ue000", "private"),
    ("\U000f0000", "private"),
    ("\ufdd0", "no character"),
    ("\uffff", "no character"),
    ("\ud800", "surrogate"),
    ("\ufffd", "plain text"),
    ("\u2ff0", "ideographic"),
    ("\u200e", "displayed"),
    ("\u202e", "displayed"),
    ("\U000e0041", "tagging"),
    ("\u00ad", "nothing"),
]


@pytest.mark.parametrize("text", PREPARED)
def test_prepared(text: str) -> None:
    assert saslprep(text) == PREPARED[text]


@pytest.mark.parametrize("text", PREPARED)
def test_prepared_once_is_prepared(text: str) -> None:
    assert saslprep(saslprep(text)) == saslprep(text)


@pytest.mark.parametrize(("text", "reason"), REFUSED, ids=ascii)
def test_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        saslprep(text)


def test_a_refusal_does_not_repeat_the_text() -> None:
    # It may be a password.
    with pytest.raises(ValueError, match="control") as caught:
        saslprep("secret\x07")
    assert "secret" not in str(caught.value)
