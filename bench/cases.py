"""What is measured: the cases, their sizes, and what helixmpp is to reach in each."""

from dataclasses import dataclass, replace

from bench.targets import Target
from bench.worker.task import Task

__all__ = ["CASES", "FLOOR", "LIBRARIES", "Case", "sized"]

FLOOR = "floor"
#: In the order of the tables.
LIBRARIES = ("helixmpp", "slixmpp", "aioxmpp")


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the tables.

    :param name: for ``--only``.
    :param title: ``{n}`` is the size.
    :param task: what a worker does; None for imports, which need a bare process.
    :param unit: of the figure: ``µs`` or ``ms``.
    :param each: the figure is for one item; else for all of them together.
    :param quick: the size with ``--quick``.
    :param fresh: each round has a process of its own; else the rounds of a case share one.
    :param floor: whether there is a floor to compare with.
    :param imports: what is imported, by library.
    """

    name: str
    title: str
    task: Task | None
    unit: str = "µs"
    each: bool = True
    quick: int = 500
    fresh: bool = False
    floor: bool = False
    targets: tuple[Target, ...] = ()
    imports: tuple[tuple[str, str], ...] = ()

    @property
    def size(self) -> int:
        """How many items it has."""
        return self.task.count if self.task is not None else 1

    @property
    def factor(self) -> float:
        """How many of the unit are in a second."""
        return 1e6 if self.unit == "µs" else 1e3

    def heading(self) -> str:
        """The title with the size in it."""
        return self.title.format(n=f"{self.size:,}")


_BLOCK = Target("block", 50)
_FLOOR_IMPORT = (FLOOR, "import asyncio, ssl, xml.etree.ElementTree")

CASES: tuple[Case, ...] = (
    Case(
        "receive-0",
        "receive a chat message, no plugin",
        Task("messages", 10_000),
        floor=True,
        targets=(Target("slixmpp", 3),),
    ),
    Case(
        "receive-21",
        "receive a chat message, 21 plugins",
        Task("messages", 10_000, plugins=True),
        floor=True,
        targets=(Target("floor", 2), Target("slixmpp", 15)),
    ),
    Case(
        "receive-phone",
        "the same with four payloads, as from a phone",
        Task("messages", 5000, plugins=True, payloads=True),
        floor=True,
    ),
    Case(
        "echo",
        "receive a message, read it, answer it; 21 plugins",
        Task("echo", 5000, plugins=True),
    ),
    Case(
        "muc-presence",
        "receive a presence of a room, 21 plugins",
        Task("presences", 5000, plugins=True),
        floor=True,
    ),
    Case(
        "send",
        "build and send a chat message, no plugin",
        Task("send", 5000),
        targets=(Target("slixmpp", 4),),
    ),
    Case(
        "send-payloads",
        "build and send one with three payloads, 21 plugins",
        Task("send", 3000, plugins=True, payloads=True),
    ),
    Case(
        "iq-1",
        "iq round trip, 1 in flight, 21 plugins",
        Task("iqs", 1000, plugins=True),
        quick=200,
    ),
    Case(
        "iq-5000",
        "iq round trip, {n} in flight, 21 plugins",
        Task("iqs", 5000, plugins=True, together=True),
        targets=(Target("slixmpp", 20), _BLOCK, Target("wall", 1)),
    ),
    Case(
        "roster",
        "take over a roster of {n}, 21 plugins",
        Task("roster", 10_000, plugins=True),
        unit="ms",
        each=False,
        quick=1000,
        floor=True,
        targets=(_BLOCK, Target("wall", 2)),
    ),
    Case(
        "join",
        "join a room of {n}, 21 plugins",
        Task("joining", 10_000, plugins=True),
        unit="ms",
        each=False,
        quick=1000,
        floor=True,
        targets=(_BLOCK, Target("wall", 2)),
    ),
    Case(
        "client-1",
        "make the first client, 21 plugins",
        Task("clients", 1, plugins=True),
        unit="ms",
        quick=1,
        fresh=True,
    ),
    Case(
        "client-100",
        "one more client, of {n}, 21 plugins",
        Task("clients", 100, plugins=True),
        unit="ms",
        quick=20,
        fresh=True,
        targets=(Target("slixmpp", 30), Target("kib", 60)),
    ),
    Case(
        "client-1000",
        "one more client, of {n}, 21 plugins",
        Task("clients", 1000, plugins=True),
        unit="ms",
        quick=60,
        fresh=True,
        targets=(Target("slixmpp", 30), Target("kib", 60)),
    ),
    Case(
        "import",
        "import the library",
        None,
        unit="ms",
        floor=True,
        targets=(Target("floor", 1.5),),
        imports=(
            _FLOOR_IMPORT,
            ("helixmpp", "import helixmpp"),
            ("slixmpp", "import slixmpp"),
            ("aioxmpp", "import aioxmpp"),
        ),
    ),
    Case(
        "import-client",
        "import its class of clients",
        None,
        unit="ms",
        floor=True,
        targets=(Target("floor", 1.5),),
        imports=(
            _FLOOR_IMPORT,
            ("helixmpp", "from helixmpp import ClientXMPP"),
            ("slixmpp", "from slixmpp import ClientXMPP"),
            ("aioxmpp", "from aioxmpp import PresenceManagedClient"),
        ),
    ),
)


def sized(case: Case, *, quick: bool) -> Case:
    """The case as it is run."""
    if quick and case.task is not None:
        return replace(case, task=replace(case.task, count=case.quick))
    return case
