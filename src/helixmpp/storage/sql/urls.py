"""What a plain database URL means to SQLAlchemy: which driver, which file, which options are ours."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from helixmpp.errors import StorageError
from helixmpp.storage.urls import read_timeout

__all__ = ["Place", "read_url"]

_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
    "mysql": "mysql+asyncmy",
    "mariadb": "mariadb+asyncmy",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A database.

    :param file: of SQLite; None for a server.
    :param timeout: seconds for one operation; None: without end.
    """

    url: URL
    file: Path | None
    timeout: float | None

    def __str__(self) -> str:
        return self.url.set(query={}).render_as_string(hide_password=True)


def read_url(text: str) -> Place:
    """The database that a URL names.

    ``sqlite:///bot.db`` is relative to the working directory, ``sqlite:////var/lib/bot.db`` absolute.

    :raises StorageError: the URL names none. It is not repeated: there may be a password in it.
    """
    scheme = text.partition(":")[0].lower()
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise StorageError(f"this is no URL of a database: {scheme[:40]}:…") from error
    driver = _DRIVERS.get(scheme)
    if driver is None:
        raise StorageError(f"no database is known by {scheme[:40]!r}; known are {', '.join(_DRIVERS)}")
    options = {name: value if isinstance(value, str) else value[-1] for name, value in url.query.items()}
    timeout = read_timeout(options)
    url = url.set(drivername=driver, query=options)
    if driver != "sqlite":
        if not url.database:
            raise StorageError(f"{url!r} names no database; give {scheme}://user:password@host/name")
        return Place(url, None, timeout)
    if url.host or not url.database or url.database == ":memory:":
        raise StorageError(
            f"{url!r} names no file: give sqlite:///bot.db, or sqlite:////folder/bot.db for an absolute one, "
            "or memory:// for none"
        )
    if options:
        raise StorageError(f"{url!r}: the only option is timeout=SECONDS")
    # Absolute from here on: the program may change its working directory.
    file = Path(url.database).absolute()
    return Place(url.set(database=str(file)), file, timeout)
