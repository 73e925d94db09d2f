"""A small engine of our own for where atheris is not: mutations of the corpus, without a look at what they reach."""

import random
import time
from collections.abc import Callable, Sequence

__all__ = ["Outcome", "fuzz", "mutate"]

MAX_SIZE = 4096  # bytes of one input
KEPT = 2000  # inputs that mutations begin with


class Outcome:
    """What a run did, and what it found."""

    def __init__(self) -> None:
        self.count = 0
        self.found: bytes | None = None
        self.error: BaseException | None = None


def mutate(data: bytes, chance: random.Random, tokens: Sequence[bytes], corpus: Sequence[bytes]) -> bytes:
    """Change an input in one to four places."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(out))
        match chance.randrange(8):
            case 0 if out:
                out[at % len(out)] ^= 1 << chance.randrange(8)
            case 1 if out:
                out[at % len(out)] = chance.randrange(256)
            case 2:
                del out[at : at + chance.randint(1, 20)]
            case 3:
                out[at:at] = out[at : at + chance.randint(1, 60)] * chance.randint(1, 4)
            case 4:
                other = chance.choice(corpus)
                begin = chance.randint(0, len(other))
                out[at:] = other[begin:]
            case 5:
                out[at : at + chance.randint(0, 6)] = chance.randbytes(chance.randint(1, 6))
            case _:
                out[at : at + chance.choice((0, 0, 0, 5))] = chance.choice(tokens)
    return bytes(out[:MAX_SIZE])


def fuzz(
    test: Callable[[bytes], None],
    corpus: Sequence[bytes],
    tokens: Sequence[bytes],
    *,
    seconds: float,
    seed: int,
) -> Outcome:
    """Give the corpus and mutations of it to ``test`` until it raises or the time is over."""
    chance = random.Random(seed)
    outcome = Outcome()
    pool = list(corpus)
    end = time.monotonic() + seconds
    waiting = list(corpus)
    while waiting or time.monotonic() < end:
        data = waiting.pop() if waiting else mutate(chance.choice(pool), chance, tokens, pool)
        try:
            test(data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it was found
            outcome.found, outcome.error = data, error
            return outcome
        outcome.count += 1
        # Mutations of mutations reach further; which ones are worth it, this engine cannot see.
        if chance.random() < 0.02:
            pool[len(corpus) + chance.randrange(KEPT) if len(pool) >= len(corpus) + KEPT else len(pool) :] = [
                data
            ]
    return outcome
