"""Makes the tables, and brings those of an older version to the newest one.

The version stands in a row. A step runs in a transaction; on MySQL, which ends one at each change of a table, a
step that was interrupted is run again, and has to bear it.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from sqlalchemy import Connection, insert, inspect, select, update
from sqlalchemy.exc import DBAPIError

from helixmpp.errors import StorageError
from helixmpp.storage.sql.tables import meta, version
from helixmpp.storage.sql.transaction import transaction
from helixmpp.storage.versions import steps_from

__all__ = ["STEPS", "Step", "prepare"]

Step: TypeAlias = Callable[[Connection], None]
# What leads from version 1 to 2 will be the first here.
STEPS: tuple[Step, ...] = ()
_TRIES = 10


def prepare(connection: Connection, steps: Sequence[Step] = STEPS) -> None:
    """See to it that the tables are there in the newest version.

    :param steps: only tests give others than ours.
    :raises StorageError: a newer helixmpp wrote them.
    """
    for attempt in range(_TRIES):
        try:
            found = _version(connection)
            if found is None:
                # Several processes may do this at the same time; who comes second finds them made, or fails.
                with transaction(connection):
                    meta.create_all(connection)
                    connection.execute(insert(version).values(id=1, version=len(steps) + 1))
                found = len(steps) + 1
            break
        except DBAPIError as error:
            if error.connection_invalidated or attempt == _TRIES - 1:
                raise
            # It was closed; with this it is opened again.
            connection.rollback()
    else:
        raise StorageError("the tables cannot be made")
    if steps_from(found, steps, "the database"):
        with transaction(connection):
            row = connection.execute(select(version.c.version).with_for_update()).scalar_one()
            for step in steps_from(row, steps, "the database"):
                step(connection)
                row += 1
                connection.execute(update(version).values(version=row))


def _version(connection: Connection) -> int | None:
    if not inspect(connection).has_table(version.name):
        return None
    return connection.execute(select(version.c.version).where(version.c.id == 1)).scalar_one_or_none()
