"""What a plugin's class declares: the stanzas it handles, its operations, its settings.

The decorators only leave a mark on the function; :class:`~helixmpp.core.plugin.BasePlugin` reads the marks
once per class and wires them for each client.
"""

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, overload

from helixmpp.core.payload_matcher import PayloadMatcher
from helixmpp.stanza import ElementBase, MatcherBase, StanzaBase, StanzaPath

__all__ = ["Declared", "Setting", "listens", "on", "op"]

T = TypeVar("T")
FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


class Declared(NamedTuple):
    """The mark that a decorator leaves: what kind of wiring, and with what."""

    kind: str  # "stanza", "event" or "operation"
    name: str
    matcher: MatcherBase | None = None
    blocking: bool = False


@overload
def on(match: str | MatcherBase) -> Callable[[FunctionT], FunctionT]: ...
@overload
def on(
    match: type[StanzaBase], payload: type[ElementBase] | None = None, *, type: str | None = None
) -> Callable[[FunctionT], FunctionT]: ...
def on(
    match: str | MatcherBase | type[StanzaBase],
    payload: type[ElementBase] | None = None,
    *,
    type: str | None = None,
) -> Callable[[FunctionT], FunctionT]:
    """Call the method for each stanza that matches: ``@on("iq@type=get/bob")``, ``@on(Iq, BitsOfBinary, type="get")``.

    The method takes the stanza; a coroutine function is started as a task. An exception that it raises on an iq
    request becomes the error answer.
    """
    if isinstance(match, str):
        matcher: MatcherBase = StanzaPath(match)
    elif isinstance(match, MatcherBase):
        matcher = match
    else:
        matcher = PayloadMatcher(match, payload, type)
    return _mark(Declared("stanza", "", matcher))


def listens(event: str) -> Callable[[FunctionT], FunctionT]:
    """Call the method with the data of each event of that name: ``@listens("session_start")``."""
    return _mark(Declared("event", event))


def op(name: str, *, blocking: bool = False) -> Callable[[FunctionT], FunctionT]:
    """Make the method the default handler of an operation of the plugin's internal API: ``@op("get_bob")``."""
    return _mark(Declared("operation", name, blocking=blocking))


def _mark(declared: Declared) -> Callable[[FunctionT], FunctionT]:
    def decorate(function: FunctionT) -> FunctionT:
        marks: tuple[Declared, ...] = getattr(function, "__helix_declared__", ())
        setattr(function, "__helix_declared__", (*marks, declared))  # noqa: B010 - functions have no such attribute
        return function

    return decorate


def declared_by(cls: type) -> list[tuple[str, Declared]]:
    """Every mark on the methods of a class and its bases, in the order of definition, overridden ones once."""
    found: dict[str, tuple[Declared, ...]] = {}
    for base in reversed(cls.__mro__):
        for name, value in vars(base).items():
            marks: tuple[Declared, ...] | None = getattr(value, "__helix_declared__", None)
            if marks is not None:
                found[name] = marks
            # An override without a mark of its own keeps the wiring of what it overrides.
    return [(name, mark) for name, marks in found.items() for mark in marks]


class HasConfig(Protocol):
    """What a setting needs of its plugin."""

    @property
    def config(self) -> dict[str, Any]:
        """The settings; made when somebody asks for them."""
        ...

    @property
    def given_config(self) -> dict[str, Any] | None:
        """The same, or None while all are as the class has them."""
        ...


class Setting(Generic[T]):
    """A setting of a plugin, with its default and one line of help; read and written as an attribute.

    ``max_size = Setting(8192, "largest blob that is kept, in bytes")`` is given by
    ``register_plugin("xep_0231", {"max_size": 4096})`` or set at any time by ``plugin.max_size = 4096``.
    A value of another type than the default's raises ``TypeError`` and changes nothing.
    """

    __slots__ = ("default", "help", "kinds", "name")

    def __init__(self, default: T, help: str, *, kinds: tuple[type, ...] | None = None) -> None:
        self.default = default
        self.help = help
        self.kinds = kinds or _kinds_of(default)
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, plugin: None, owner: type) -> "Setting[T]": ...
    @overload
    def __get__(self, plugin: HasConfig, owner: type) -> T: ...
    def __get__(self, plugin: HasConfig | None, owner: type) -> "Setting[T] | T":
        if plugin is None:
            return self
        given = plugin.given_config
        if given is None:
            return self.default
        value: T = given.get(self.name, self.default)
        return value

    def __set__(self, plugin: HasConfig, value: T) -> None:
        self.check(value)
        plugin.config[self.name] = value

    def check(self, value: object) -> None:
        """Raise TypeError for a value of the wrong type."""
        if self.kinds and not isinstance(value, self.kinds):
            wanted = " or ".join("None" if kind is type(None) else kind.__name__ for kind in self.kinds)
            raise TypeError(f"setting {self.name!r} takes {wanted}, not {type(value).__name__}: {value!r}")


def _kinds_of(default: object) -> tuple[type, ...]:
    # An int is a good float; a bool is no good int, but isinstance says otherwise and does no harm.
    if default is None:
        return ()
    if isinstance(default, float):
        return (float, int)
    return (type(default),)
