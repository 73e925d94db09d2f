"""Channel binding: SCRAM's messages say which TLS connection they belong to (RFC 5802 section 6, RFC 5929).

Of the types there are, two are done: ``tls-exporter`` (RFC 9266), where the TLS library hands it out, and
``tls-server-end-point``, the hash of the server's certificate. ``tls-unique`` is not: it does not exist in
TLS 1.3 and is broken before it without an extension that nobody can check from here (RFC 9266 section 1).

The flag at the head of the first message tells the server what we saw, so that it finds out whether somebody
took the ``-PLUS`` mechanisms out of its list:

* ``p=…``: bound.
* ``y``: we could, and saw no offer. A server that made one refuses.
* ``n``: we cannot, or not by a type that the server is known to have. A server may offer ``-PLUS`` without saying
  for which types (XEP-0440 is younger than the mechanisms), and wants then what it does not tell, ``tls-unique`` as
  often as not: the wrong guess would be a refusal, and ``y`` a lie that it takes for an attack.
"""

from dataclasses import dataclass, field
from typing import Final

from helixmpp.stream.facts import TLSFacts

__all__ = ["UNBOUND", "UNOFFERED", "Binding", "common_binding"]


@dataclass(frozen=True, slots=True)
class Binding:
    """The gs2-header without an authorization identity, and the data of the channel."""

    gs2_header: str
    data: bytes = field(default=b"", repr=False)


UNBOUND: Final = Binding("n,,")
UNOFFERED: Final = Binding("y,,")


def common_binding(tls: TLSFacts | None, announced: tuple[str, ...] | None) -> Binding | None:
    """The best type that both sides can do; None where there is none.

    :param announced: what the server says that it can do (XEP-0440); None where it does not say.
    """
    ours: dict[str, bytes | None] = {}
    if tls is not None:
        ours = {"tls-exporter": tls.exporter, "tls-server-end-point": tls.server_end_point}
    for name, data in ours.items():
        if data and name in (announced or ()):
            return Binding(f"p={name},,", data)
    return None
