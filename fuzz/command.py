"""``python -m fuzz``: look for bytes that a stream does not survive; atheris where it is installed."""

import argparse
import faulthandler
import importlib
import importlib.util
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = ["main"]

ROOT = Path(__file__).resolve().parent.parent
SEED = 1
HANG = 30.0  # seconds beyond its time, after which the process shows where it hangs and ends


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz; 1 when something was found."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Fuzz what comes from the network.")
    parser.add_argument("--seconds", type=float, default=60.0, help="default 60")
    parser.add_argument("--seed", type=int, default=SEED, help=f"default {SEED}")
    parser.add_argument("--engine", choices=("atheris", "own"), help="default: atheris where it is installed")
    parser.add_argument("--input", type=Path, metavar="FILE", help="only try what was found before")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    parsed = parser.parse_args(arguments)
    if parsed.inside is not None:
        inside = _atheris if parsed.engine == "atheris" else _own
        return inside(parsed.inside, parsed.seconds, parsed.seed)
    if parsed.input is not None:
        from fuzz.fuzz_wire import test_one_input  # noqa: PLC0415 - atheris has to see the imports first

        test_one_input(parsed.input.read_bytes())
        return 0
    installed = importlib.util.find_spec("atheris") is not None
    if parsed.engine == "atheris" and not installed:
        print("atheris is not installed: pip install atheris (Linux and macOS)", file=sys.stderr)
        return 2
    return _guarded(parsed.engine or ("atheris" if installed else "own"), parsed.seconds, parsed.seed)


def _guarded(engine: str, seconds: float, seed: int) -> int:
    """Run an engine in a process of its own: atheris ends the one that it runs in, and what hangs has to be ended."""
    with tempfile.TemporaryDirectory(prefix="helixmpp-fuzz-") as folder:
        options = ["--seconds", str(seconds), "--seed", str(seed), "--engine", engine, "--inside", folder]
        status = subprocess.run([sys.executable, "-m", "fuzz", *options], cwd=ROOT, check=False).returncode
        found = [path.read_bytes() for path in sorted(Path(folder).iterdir()) if path.is_file()]
    if found:
        place = Path(tempfile.mkdtemp(prefix="helixmpp-fuzz-"), "found")
        place.write_bytes(found[0])
        print(f"FOUND: {found[0]!r}\nagain: python -m fuzz --input {place}", file=sys.stderr)
    return 1 if found or status else 0


def _own(folder: Path, seconds: float, seed: int) -> int:
    from fuzz.fuzz_wire import test_one_input  # noqa: PLC0415 - see above
    from fuzz.mutate import fuzz  # noqa: PLC0415 - see above
    from fuzz.seeds import CORPUS, TOKENS  # noqa: PLC0415 - see above

    corpus = [path.read_bytes() for path in sorted(CORPUS.iterdir())]
    faulthandler.dump_traceback_later(seconds + HANG, exit=True)
    outcome = fuzz(test_one_input, corpus, TOKENS, seconds=seconds, seed=seed)
    print(f"own engine: {outcome.count} inputs in {seconds:g} s, seed {seed}")
    if outcome.found is None:
        return 0
    traceback.print_exception(outcome.error)
    (folder / "found").write_bytes(outcome.found)
    return 1


def _atheris(folder: Path, seconds: float, seed: int) -> int:
    # It says nothing of types, so that an import statement would be an error for the checkers.
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["helixmpp"], enable_loader_override=False):
        from fuzz.fuzz_wire import test_one_input  # noqa: PLC0415 - instrumented while it is imported
        from fuzz.seeds import CORPUS, TOKENS  # noqa: PLC0415 - as above

    dictionary = folder.with_name(f"{folder.name}.dict")
    lines = ("".join(f"\\x{byte:02x}" for byte in token) for token in TOKENS)
    dictionary.write_text("".join(f'"{line}"\n' for line in lines), encoding="ascii")
    try:
        with tempfile.TemporaryDirectory(prefix="helixmpp-fuzz-corpus-") as grown:
            options = [
                f"-max_total_time={max(1, round(seconds))}",
                f"-seed={seed}",
                "-max_len=4096",
                "-timeout=10",
                "-print_final_stats=1",
                f"-dict={dictionary}",
                f"-artifact_prefix={folder}/",
            ]
            # New inputs go into the first folder; the repository's corpus is only read.
            atheris.Setup([sys.argv[0], *options, grown, str(CORPUS)], test_one_input)
            atheris.Fuzz()
    finally:
        dictionary.unlink(missing_ok=True)
    return 0
