"""A transaction on a connection that commits each statement by itself otherwise.

One statement needs no transaction around it, and a server in a network is asked once instead of three times.
"""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Connection

from helixmpp.errors import StorageError

__all__ = ["transaction"]


@contextmanager
def transaction(connection: Connection, *, durable: bool = False) -> Generator[None]:
    """All that is done in it is kept, or nothing.

    :param durable: wait until the disk has it also where that is not the rule: in SQLite's write-ahead log the
        last transactions before a power cut (not: before the end of a process) are lost otherwise.
    """
    sqlite = connection.dialect.name == "sqlite"
    if sqlite and durable:
        connection.exec_driver_sql("PRAGMA synchronous=FULL")
    # SQLite: a transaction that only later wants to write fails where another one wrote meanwhile.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if sqlite else "BEGIN")
    try:
        yield
        connection.exec_driver_sql("COMMIT")
    except StorageError:
        connection.exec_driver_sql("ROLLBACK")
        raise
    except BaseException:
        # Whatever state it is in: a connection that is closed has its transaction undone.
        connection.invalidate()
        raise
    finally:
        if sqlite and durable and not connection.invalidated:
            connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
