"""Sending the answer that a handler of the internal API gave to a peer's request."""

from copy import copy

from helixmpp.stanza import ElementBase, Iq

__all__ = ["send_answer"]


def send_answer(request: Iq, found: ElementBase) -> None:
    """Answer a request with a payload, or with an ``Iq`` that a handler made by itself.

    The payload is copied: a handler may give the same object again and again.
    """
    if not isinstance(found, Iq):
        answer = request.reply()
        answer.append(copy(found))
        answer.send()
        return
    # Whatever the handler made of it, it goes to the one who asked, under the id of the question.
    addressed = request.reply()
    answer = copy(found)
    answer.stream = request.stream
    for name in ("id", "to", "from"):
        value = addressed.xml.get(name)
        if value is None:
            answer.xml.attrib.pop(name, None)
        else:
            answer.xml.set(name, value)
    if answer.xml.get("type") != "error":
        answer["type"] = "result"
    answer.send()
