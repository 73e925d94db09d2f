"""Which mechanism is used: the best that both sides know, and never less than what the account had."""

from collections.abc import Sequence

from helixmpp.errors import AuthenticationFailed
from helixmpp.stream.config import StreamConfig
from helixmpp.stream.facts import TLSFacts
from helixmpp.stream.features.offered import Features
from helixmpp.stream.sasl.binding import UNBOUND, UNOFFERED, Binding, common_binding
from helixmpp.stream.sasl.ranking import RANKING, SCRAM_HASHES, rank

__all__ = ["binding_for", "choose", "fallbacks", "offers_text"]


def choose(config: StreamConfig, tls: TLSFacts | None, features: Features) -> tuple[str, ...]:
    """The mechanisms that may be used, the best first; never none.

    :raises AuthenticationFailed: none may; the reason names what was offered and what is wanted.
    """
    wanted = _wanted(config, tls)
    offered = features.sasl_mechanisms
    bindable = common_binding(tls, features.channel_bindings) is not None
    common = tuple(name for name in wanted if name in offered and (bindable or not name.endswith("-PLUS")))
    if not common:
        raise AuthenticationFailed(
            f"no mechanism in common: the server offers {_list(offered)}; {_list(wanted)} may be used here"
            + _hint(config, tls, offered, bindable),
            condition="invalid-mechanism",
        )
    least = _least(config)
    strong = tuple(name for name in common if rank(name) <= rank(least)) if least else common
    if not strong:
        raise AuthenticationFailed(
            f"{config.jid.bare} had {least} before, and nothing as strong can be used now: the server offers "
            f"{_list(offered)}. Somebody may be in between; if the server has really changed, forget what "
            "least_mechanism has",
            condition="mechanism-too-weak",
            mechanism=common[0],
        )
    return strong


def fallbacks(mechanism: str, candidates: Sequence[str]) -> tuple[str, ...]:
    """What may be tried after the server said that it does not have this mechanism after all.

    Only SCRAM with another hash, bound to the channel as before: a refusal that anybody in between can make
    must neither loosen the binding nor bring the password itself to light.
    """
    if not mechanism.startswith("SCRAM-"):
        return ()
    bound = mechanism.endswith("-PLUS")
    return tuple(
        name
        for name in candidates
        if rank(name) > rank(mechanism) and name.startswith("SCRAM-") and name.endswith("-PLUS") == bound
    )


def binding_for(mechanism: str, tls: TLSFacts | None, features: Features) -> Binding:
    """What a SCRAM mechanism binds, and what it tells the server of what we saw (RFC 5802 section 6)."""
    if mechanism.endswith("-PLUS"):
        binding = common_binding(tls, features.channel_bindings)
        assert binding is not None  # noqa: S101 - choose() takes no -PLUS without
        return binding
    can_bind = tls is not None and (tls.exporter or tls.server_end_point)
    offers_it = any(name.endswith("-PLUS") for name in features.sasl_mechanisms)
    return UNOFFERED if can_bind and not offers_it else UNBOUND


def offers_text(features: Features) -> str:
    """What the server's hash of its offers is made from (XEP-0474 section 5.1)."""
    text = "\x1e".join(sorted(features.sasl_mechanisms))
    if features.channel_bindings is not None:
        text += "\x1f" + "\x1e".join(sorted(features.channel_bindings))
    return text


def _wanted(config: StreamConfig, tls: TLSFacts | None) -> tuple[str, ...]:
    """What this side is willing to use at all."""
    if config.anonymous:
        return ("ANONYMOUS",)
    allowed = RANKING if config.mechanisms is None else config.mechanisms
    has_password = bool(config.password and config.jid.local)
    wanted = {name for name in SCRAM_HASHES if has_password}
    wanted |= {f"{name}-PLUS" for name in wanted if tls is not None}
    if has_password and (tls is not None or config.unsafe_plain_without_tls):
        wanted.add("PLAIN")
    if config.external and tls is not None:
        wanted.add("EXTERNAL")
    return tuple(name for name in RANKING if name in wanted and name in allowed)


def _least(config: StreamConfig) -> str:
    """What must not be undercut. A certificate that the user took away is no attack of anybody."""
    if config.anonymous or (config.least_mechanism == "EXTERNAL" and not config.external):
        return ""
    return config.least_mechanism


def _hint(config: StreamConfig, tls: TLSFacts | None, offered: Sequence[str], bindable: bool) -> str:
    if not (config.password or config.external or config.anonymous):
        return ". There is no password"
    if config.password and not config.jid.local and not config.anonymous:
        return f". The JID {config.jid} has no local part, so the password belongs to nobody"
    if "PLAIN" in offered and tls is None and not config.anonymous:
        return ". PLAIN would show the password to whoever listens, because there is no TLS"
    if not bindable and any(name.endswith("-PLUS") for name in offered):
        return (
            ". The server's -PLUS mechanisms need a channel binding that this connection does not have, or do not "
            "say which one"
        )
    return ""


def _list(names: Sequence[str]) -> str:
    return ", ".join(names[:20]) if names else "none"
