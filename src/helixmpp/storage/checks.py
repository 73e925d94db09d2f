"""What every engine asks of a key, a value and an age before it keeps anything."""

import math

from helixmpp.errors import StorageError

__all__ = ["KEY_LIMIT", "check_limits", "check_put", "expiry"]

#: The longest key, in characters. Peers choose keys: without a limit they fill the memory with names alone.
KEY_LIMIT = 4096


def check_limits(limit: int, value_limit: int) -> None:
    """Refuse limits under which nothing can be kept.

    :raises ValueError: a limit is less than one.
    """
    if limit < 1 or value_limit < 1:
        raise ValueError(
            f"a collection needs limits of at least one, not {limit} values of {value_limit} bytes"
        )


def check_put(key: str, value: object, value_limit: int) -> None:
    """Refuse what must not be kept.

    :raises TypeError: the value is not bytes.
    :raises StorageError: key or value are too long.
    """
    if not isinstance(value, bytes):
        raise TypeError(f"a stored value is bytes, not {type(value).__name__}")
    if len(key) > KEY_LIMIT:
        raise StorageError(f"the key has {len(key)} characters; at most {KEY_LIMIT} are kept")
    if len(value) > value_limit:
        raise StorageError(f"the value has {len(value)} bytes; this collection keeps at most {value_limit}")


def expiry(max_age: float | None, now: float) -> float | None:
    """When a value that is kept for ``max_age`` seconds from ``now`` expires; None: never.

    :raises ValueError: the age is not a number.
    """
    if max_age is None or max_age == math.inf:
        return None
    if math.isnan(max_age):
        raise ValueError("max_age is not a number")
    return now + max_age
