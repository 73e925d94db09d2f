"""The command line: ``helixmpp storage export``, ``helixmpp storage import``, ``helixmpp api`` (the extra ``cli``)."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; where what it needs is not installed, say so and end with status 1."""
    try:
        from helixmpp.cli.app import app as _app  # noqa: PLC0415 - typer and rich are an extra
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "helixmpp":
            raise
        sys.stderr.write(
            f"helixmpp: the command line needs the module {error.name!r}: pip install 'helixmpp[cli]'\n"
        )
        raise SystemExit(1) from error
    _app(prog_name="helixmpp")
