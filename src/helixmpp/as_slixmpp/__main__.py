"""``python -m helixmpp.as_slixmpp PROGRAM [ARGS]``: run a program that was written for slixmpp, as it is."""

import io
import pkgutil
import runpy
import sys
from pathlib import Path
from types import ModuleType

from helixmpp.as_slixmpp import install_as_slixmpp

_USAGE = "usage: python -m helixmpp.as_slixmpp PROGRAM [ARGS]\n       python -m helixmpp.as_slixmpp -m MODULE [ARGS]\n"


def main(arguments: list[str]) -> int:
    """Run what the arguments name; 2 when they name nothing."""
    match arguments:
        case ["-h" | "--help", *_]:
            sys.stdout.write(f"{__doc__}\n\n{_USAGE}")
            return 0
        case ["-m", module, *rest]:
            install_as_slixmpp()
            _run_module(module, rest)
        case [program, *rest] if not program.startswith("-"):
            install_as_slixmpp()
            _run_program(program, rest)
        case _:
            sys.stderr.write(_USAGE)
            return 2
    return 0


def _run_module(module: str, rest: list[str]) -> None:
    # sys.path[0] is the current folder already: this module was itself started by -m.
    sys.argv[:] = ["-m", *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _run_program(program: str, rest: list[str]) -> None:
    sys.argv[:] = [program, *rest]
    path = Path(program).absolute()
    archive = pkgutil.get_importer(str(path))
    spec = archive.find_spec("__main__") if archive is not None else None
    # An importer of archives has this method, and is no InspectLoader.
    get_code = getattr(spec.loader, "get_code", None) if spec is not None else None
    if spec is not None and get_code is not None:
        # A folder or an archive with a __main__.py: Python puts it on the path itself.
        first = str(path)
        code = get_code("__main__")
        facts = {"__file__": spec.origin, "__package__": "", "__spec__": spec, "__loader__": spec.loader}
    else:
        first = str(path.resolve().parent)
        code = compile(_source(program), program, "exec")
        facts = {"__file__": program}
    if not sys.flags.safe_path or spec is not None:
        sys.path[:1] = [first] if not sys.flags.safe_path else [first, *sys.path[:1]]
    # runpy would take the module away when the program's last line is done; threads and exit handlers still use it.
    module = ModuleType("__main__")
    module.__dict__.update({"__cached__": None, "__builtins__": __builtins__, **facts})
    sys.modules["__main__"] = module
    if code is not None:
        exec(code, module.__dict__)  # noqa: S102 - running the program is what it is for


def _source(program: str) -> bytes:
    """The text of the program, with its encoding still to be told.

    :raises SystemExit: it cannot be read.
    """
    try:
        with io.open_code(program) as file:
            source: bytes = file.read()
    except OSError as error:
        sys.stderr.write(f"helixmpp.as_slixmpp: cannot open {program!r}: {error.strerror}\n")
        raise SystemExit(2) from None
    return source


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
