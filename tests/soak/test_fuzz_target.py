"""The fuzz target: its corpus passes, and what is wrong is found, by the engine that needs no atheris as well."""

import random

import pytest

from fuzz.command import main
from fuzz.fuzz_wire import HEAD, TARGETS, Found, Target, pieces_of, test_one_input
from fuzz.mutate import MAX_SIZE, fuzz, mutate
from fuzz.seeds import CORPUS, TOKENS, seeds

# pytest would take the name of an imported function for a test's.
try_input = test_one_input
del test_one_input

FILES = sorted(CORPUS.iterdir())


def test_the_corpus_is_what_the_seeds_say() -> None:
    assert {path.read_bytes() for path in FILES} >= set(seeds())
    assert {path.read_bytes()[0] for path in FILES} >= set(range(len(TARGETS)))


@pytest.mark.parametrize("number", range(len(FILES)))
def test_the_corpus(number: int) -> None:
    data = FILES[number].read_bytes()
    for splits in range(5):
        try_input(data[:1] + splits.to_bytes(2, "big") + data[HEAD:])


def crash(pieces: list[bytes]) -> list[str]:
    raise RecursionError


def depends_on_pieces(pieces: list[bytes]) -> list[str]:
    return [str(len(pieces))]


def crashes_at_a_letter(pieces: list[bytes]) -> list[str]:
    text = b"".join(pieces)
    if b"Q" in text:
        raise ValueError("the letter")
    return [text.hex()]


@pytest.mark.parametrize(
    ("target", "error"),
    [(crash, RecursionError), (depends_on_pieces, Found), (crashes_at_a_letter, ValueError)],
)
def test_what_is_wrong_is_found(target: Target, error: type[Exception]) -> None:
    with pytest.raises(error):
        try_input(bytes(HEAD) + b"aQ" * 2000, {"wrong": target})


def test_an_input_that_is_too_short_is_none() -> None:
    for size in range(HEAD):
        try_input(bytes(size), {"wrong": crash})


def test_the_engine_finds_a_letter() -> None:
    def attempt(data: bytes) -> None:
        try_input(data, {"wrong": crashes_at_a_letter})

    corpus = [bytes(HEAD) + b"aaaa"]
    outcome = fuzz(attempt, corpus, [b"Q", b"b"], seconds=10, seed=1)
    assert isinstance(outcome.error, ValueError)
    assert outcome.found is not None
    assert b"Q" in outcome.found
    again = fuzz(attempt, corpus, [b"Q", b"b"], seconds=10, seed=1)
    assert (again.found, again.count) == (outcome.found, outcome.count)


def test_mutations_are_bounded_and_the_same_for_a_seed() -> None:
    def some(seed: int) -> list[bytes]:
        chance = random.Random(seed)
        return [mutate(b"x" * 4000, chance, TOKENS, [b"abc", b"d" * 4000]) for _ in range(200)]

    assert some(1) == some(1)
    assert some(1) != some(2)
    assert max(map(len, some(1))) <= MAX_SIZE


@pytest.mark.parametrize("seed", range(5))
def test_pieces_are_the_whole(seed: int) -> None:
    data = random.Random(seed).randbytes(3000)
    pieces = list(pieces_of(data, seed))
    assert b"".join(pieces) == data
    assert len(pieces) > 1
    assert b"" not in pieces


def test_the_command(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--engine", "own", "--seconds", "0.2"]) == 0
    assert "own engine:" in capfd.readouterr().out
