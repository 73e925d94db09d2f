"""How large each promise is tested: by ``make soak`` in full, by ``make test`` a little of it."""

from dataclasses import dataclass

__all__ = ["FULL", "PROMISES", "REDUCED", "Size"]


@dataclass(frozen=True, slots=True)
class Size:
    """One promise's runs.

    :param seeds: how many runs, each with its own seed.
    :param messages: of one run, in each direction.
    :param cuts: of the link, or kills of the process, in one run.
    :param patience: seconds without any progress, after which nothing more is expected to arrive.
    """

    seeds: int
    messages: int
    cuts: int
    patience: float = 45.0


PROMISES = {
    "I": "stream management, soft cuts",
    "J": "stream management, a flapping link",
    "K": "resumption refused in three of ten cuts",
    "L": "no stream management",
    "U": "the process is killed and started again",
}
FULL = {
    "I": Size(seeds=20, messages=2000, cuts=9),
    "J": Size(seeds=20, messages=1500, cuts=50),
    "K": Size(seeds=10, messages=2000, cuts=10),
    "L": Size(seeds=5, messages=3000, cuts=23),
    "U": Size(seeds=20, messages=400, cuts=6),
}
REDUCED = {
    "I": Size(seeds=2, messages=300, cuts=3, patience=15),
    "J": Size(seeds=2, messages=250, cuts=10, patience=15),
    "K": Size(seeds=2, messages=200, cuts=5, patience=15),
    "L": Size(seeds=1, messages=300, cuts=4, patience=15),
    "U": Size(seeds=1, messages=60, cuts=3, patience=15),
}
