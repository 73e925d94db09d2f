"""An account that is made on the stream that then logs in with it (XEP-0077 section 3.1.1).

Who fills in what is the plugin's affair (``xep_0077``); here its requests get their way past the outbox, where all
else waits for the session, and their answers the way back.
"""

import asyncio
from typing import TYPE_CHECKING, Protocol
from xml.etree.ElementTree import Element

from helixmpp.core.iqs import PendingIqs
from helixmpp.errors import StageTimeout, StateError

if TYPE_CHECKING:
    from helixmpp.core.connection import Connection
    from helixmpp.stream import Registration

__all__ = ["Registering", "Registrar"]


class Registrar(Protocol):
    """Who makes our account before we log in, such as the plugin ``xep_0077``."""

    def registration(self) -> "Registration":
        """Whether the next stream is to have an account made."""
        ...

    async def register_account(self) -> None:
        """Make the account; what this raises ends the attempt to connect.

        It is cancelled when the stream ends.
        """
        ...

    def account_made(self) -> None:
        """Take note that the server has granted what was asked: the account is there, whatever follows."""
        ...


class Registering:
    """The requests for an account on one stream, one at a time."""

    def __init__(self, connection: "Connection", iqs: PendingIqs) -> None:
        self._connection = connection
        self._iqs = iqs
        self._request: Element | None = None
        self._answered: asyncio.Future[None] | None = None
        #: Whether the server has granted a request to make the account.
        self.granted = False

    def takes(self, xml: Element) -> bool:
        """Whether a stanza is one that may be sent now."""
        return self._connection.may_register(xml)

    def send(self, request: Element) -> None:
        """Send a request past everything else.

        :raises StateError: the one before has not been answered yet.
        :raises NotConnectedError: the stream has ended.
        :raises ValueError: it has something that XML 1.0 forbids.
        """
        if self._request is not None:
            raise StateError("one request at a time before the login: wait for the answer to the one before")
        self._connection.register(request)
        self._request = request
        self._answered = asyncio.get_running_loop().create_future()

    def answered(self, answer: Element) -> None:
        """Take note of the server's answer, and have it come from whom was asked.

        The stream has made sure that it is the server's, and the server may call itself by its name to who had
        none for it.
        """
        request, self._request = self._request, None
        done, self._answered = self._answered, None
        if request is not None and request.get("type") == "set" and answer.get("type") == "result":
            self.granted = True
        asked = request.get("to") if request is not None else None
        if asked:
            answer.set("from", asked)
        else:
            answer.attrib.pop("from", None)
        if done is not None and not done.done():
            done.set_result(None)

    async def settled(self) -> None:
        """Wait until every request has its answer: the server has the word until then."""
        while self._answered is not None:
            await asyncio.shield(self._answered)

    def over(self) -> None:
        """Tell who still waits for an answer that none comes."""
        request, self._request = self._request, None
        if request is None:
            return
        id_, error = request.get("id", ""), self._connection.error
        if isinstance(error, StageTimeout):
            self._iqs.time_out(id_)
        else:
            self._iqs.fail(id_, f"the stream ended before the answer came: {error or 'disconnected'}")
