"""The commands, as typer has them; each hands over to a module that knows nothing of a command line."""

from collections.abc import Callable
from typing import Annotated

import typer

from helixmpp.cli.api import listing
from helixmpp.cli.carry import run_export, run_import
from helixmpp.errors import HelixError

__all__ = ["app"]

# Values of locals may be passwords: they are not shown when something breaks.
app = typer.Typer(
    help="XMPP for Python: what a program keeps, and what it can replace.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
storage = typer.Typer(help="Carry what is kept from one storage to another.", no_args_is_help=True)
app.add_typer(storage, name="storage")

URL = Annotated[
    str,
    typer.Argument(
        metavar="URL",
        help="As in storage=: sqlite:///bot.db, file:///var/lib/bot, redis://host … ; or env:NAME, for one that "
        "stands in the environment variable NAME, where nobody else sees the password in it.",
    ),
]
FILE = Annotated[str, typer.Argument(metavar="[FILE]", help="A file of JSON lines; - or nothing for a pipe.")]
ACCOUNT = Annotated[str | None, typer.Option(metavar="JID", help="Only what is kept for this bare JID.")]


@storage.command("export")
def export_command(url: URL, file: FILE = "-", account: ACCOUNT = None) -> None:
    """Write everything that is kept as JSON lines. The file holds secrets: it is made for its owner alone."""
    _ended(lambda: run_export(url, file, account))


@storage.command("import")
def import_command(url: URL, file: FILE = "-", account: ACCOUNT = None) -> None:
    """Put exported JSON lines into a storage. Every line is looked at before the first value is put."""
    _ended(lambda: run_import(url, file, account))


@app.command("api")
def api_command(
    plugin: Annotated[
        str, typer.Argument(metavar="[PLUGIN]", help="A name such as xep_0231; nothing for all of them.")
    ] = "",
) -> None:
    """List the operations of the internal API of plugins, with their signatures."""
    _ended(lambda: typer.echo(listing(plugin)))


def _ended(command: Callable[[], object]) -> None:
    """Run a command; what it refuses is one line, and status 1."""
    try:
        command()
    except HelixError as error:
        typer.echo(f"helixmpp: {error}", err=True)
        raise typer.Exit(1) from error
    except BrokenPipeError as error:
        raise typer.Exit(1) from error  # whoever read the listing has seen enough
