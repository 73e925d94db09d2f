"""The engines ``sqlite:``, ``postgresql:``, ``mysql:`` and ``mariadb:``, through SQLAlchemy (the extra ``sql``)."""

from typing import TYPE_CHECKING

from helixmpp.errors import StorageError

if TYPE_CHECKING:
    from helixmpp.storage.sql.database import SQLEngine

__all__ = ["engine"]


def engine(url: str) -> "SQLEngine":
    """The engine for ``sqlite:///bot.db``, ``postgresql://user:password@host/name`` and their like.

    ``?timeout=10`` is in seconds, by default 30; what else stands behind ``?`` goes to the driver. Nothing is
    opened yet: the tables are made at the first use.

    :raises StorageError: what the extra brings is not installed, or the URL is wrong.
    """
    try:
        from helixmpp.storage.sql.database import SQLEngine  # noqa: PLC0415 - SQLAlchemy is an extra

        return SQLEngine(url)
    except ModuleNotFoundError as error:
        raise StorageError(
            f"the module {error.name!r}, which is needed for this database, is not installed: "
            "pip install 'helixmpp[sql]'"
        ) from error
