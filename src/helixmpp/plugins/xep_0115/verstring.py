"""The verification string: a hash over identities, features and forms (XEP-0115 section 5.1)."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from types import MappingProxyType
from xml.etree.ElementTree import SubElement

from helixmpp.errors import HelixError
from helixmpp.plugins.xep_0004.stanza import NAMESPACE as NS_FORM
from helixmpp.plugins.xep_0004.stanza import Form, FormField
from helixmpp.plugins.xep_0030.stanza import DiscoInfo

__all__ = ["HASHES", "IllFormedInfo", "make_verstring", "verified_part"]


_VALUE = f"{{{NS_FORM}}}value"


class IllFormedInfo(HelixError, ValueError):
    """An answer that no verification string is made of (XEP-0115 section 5.4)."""


def _sha1(data: bytes) -> bytes:
    # Section 9.1 demands it, and section 9.2 says why that does; systems with a policy against it are told so.
    return hashlib.sha1(data, usedforsecurity=False).digest()


#: The algorithms that are verified here, by the names of IANA's registry. Section 9.1: SHA-1 is mandatory.
HASHES: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {
        "sha-1": _sha1,
        "sha-224": lambda data: hashlib.sha224(data).digest(),
        "sha-256": lambda data: hashlib.sha256(data).digest(),
        "sha-384": lambda data: hashlib.sha384(data).digest(),
        "sha-512": lambda data: hashlib.sha512(data).digest(),
    }
)


def make_verstring(info: DiscoInfo, algorithm: str = "sha-1", *, typeless: bool = False) -> str:
    """The verification string of what an entity said of itself.

    :param algorithm: one of :data:`HASHES`.
    :param typeless: whether an identity may have no type, as some gateways have it; nobody is to be believed so.
    :raises IllFormedInfo: the answer is ill-formed, as section 5.4 has it, or a value holds ``<``.
    :raises ValueError: the algorithm is not known.
    """
    function = HASHES.get(algorithm)
    if function is None:
        raise ValueError(f"no hash {algorithm!r} here; give one of {', '.join(HASHES)}")
    parts = [*_identities(info, typeless), *_features(info), *_forms(info)]
    for part in parts:
        # What stands between two parts must not stand in one: two answers would have one hash.
        if "<" in part:
            raise IllFormedInfo("a value holds '<'")
    text = "".join(f"{part}<" for part in parts)
    return base64.b64encode(function(text.encode("utf-8", "surrogatepass"))).decode("ascii")


def verified_part(info: DiscoInfo, algorithm: str, verstring: str) -> DiscoInfo | None:
    """What the hash vouches for in an answer, and nothing else of it; None where it is the hash of something else.

    Left out is what is no part of the hash: the types and labels of fields, forms without a FORM_TYPE, the node.
    """
    try:
        made = make_verstring(info, algorithm)
    except IllFormedInfo:
        return None
    if not hmac.compare_digest(made.encode(), _octets(verstring)):
        return None
    if _could_be_features(info):
        return None
    kept = DiscoInfo()
    kept.identities = info.identities
    kept.features = info.features
    for form in info.children_of(Form):
        form_type = _form_type(form.fields)
        if form_type is not None:
            kept.append(_kept_form(form_type, form.fields))
    return kept


def _could_be_features(info: DiscoInfo) -> bool:
    """Whether the forms of an answer could as well be features, by which somebody could hide these (section 9.3).

    The hash does not tell where the features end. What was a list of features is sorted throughout; what really
    is a form hardly ever is: its FORM_TYPE is a namespace, and the names of its fields come before that.
    """
    forms = _forms(info)
    parts = [_octets(part) for part in (*_features(info), *forms)]
    return bool(forms) and parts == sorted(parts)


def _kept_form(form_type: str, fields: list[FormField]) -> Form:
    form = Form()
    form.type = "result"
    form.add_field("FORM_TYPE", "hidden", value=form_type)
    for field in fields:
        if field.var != "FORM_TYPE":
            kept = form.add_field(field.var)
            for text in field.texts:
                SubElement(kept.xml, _VALUE).text = text
    return form


def _octets(text: str) -> bytes:
    # "i;octet" collation (RFC 4790 section 9.3)
    return text.encode("utf-8", "surrogatepass")


def _identities(info: DiscoInfo, typeless: bool = False) -> list[str]:
    found = [
        (category, kind, lang or "", name or "")
        for category, kind, lang, name in info.get_identities(dedupe=False)
    ]
    if len(set(found)) != len(found):
        raise IllFormedInfo("an identity is there twice")
    for category, kind, lang, _ in found:
        # A name may hold a slash; in the others it would move what stands behind it.
        if "/" in category or "/" in kind or "/" in lang:
            raise IllFormedInfo("an identity holds '/'")
        # XEP-0030 section 3.1 asks for both. Without this the feature http://a/b is also the identity of category
        # "http:", no type, language "a" and name "b", by which somebody could hide it.
        if not category or not (kind or typeless):
            raise IllFormedInfo("an identity has no category or no type")
    found.sort(key=lambda one: tuple(_octets(part) for part in one))
    return ["/".join(one) for one in found]


def _features(info: DiscoInfo) -> list[str]:
    found = list(info.get_features(dedupe=False))
    if len(set(found)) != len(found):
        raise IllFormedInfo("a feature is there twice")
    return sorted(found, key=_octets)


def _forms(info: DiscoInfo) -> list[str]:
    by_type: dict[str, list[str]] = {}
    for form in info.children_of(Form):
        fields = form.fields
        form_type = _form_type(fields)
        if form_type is None:
            continue
        if form_type in by_type:
            raise IllFormedInfo("two forms have one FORM_TYPE")
        by_type[form_type] = _fields(fields)
    parts: list[str] = []
    for form_type in sorted(by_type, key=_octets):
        parts += [form_type, *by_type[form_type]]
    return parts


def _form_type(fields: list[FormField]) -> str | None:
    """The FORM_TYPE; None for a form that is left out, as it has none in a hidden field."""
    found = [field for field in fields if field.var == "FORM_TYPE"]
    texts = {text for field in found for text in field.texts}
    if len(texts) > 1:
        raise IllFormedInfo("a FORM_TYPE has two values")
    if not texts or any(field.xml.get("type") != "hidden" for field in found):
        return None
    return texts.pop()


def _fields(fields: list[FormField]) -> list[str]:
    parts: list[str] = []
    for field in sorted(fields, key=lambda field: _octets(field.var)):
        if field.var != "FORM_TYPE":
            parts += [field.var, *sorted(field.texts, key=_octets)]
    return parts
