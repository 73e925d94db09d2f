"""The verification string of XEP-0115 section 5: its examples, and every answer that is not believed."""

import base64
import hashlib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helixmpp import ClientXMPP
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0030 import DiscoInfo
from helixmpp.plugins.xep_0115 import HASHES, XEP_0115, IllFormedInfo, make_verstring
from helixmpp.plugins.xep_0115.verstring import verified_part
from helixmpp.xml import parse_one, serialize

INFO = "http://jabber.org/protocol/disco#info"

SIMPLE = """<identity category='client' name='Exodus 0.9.1' type='pc'/>
    <feature var='http://jabber.org/protocol/caps'/>
    <feature var='http://jabber.org/protocol/disco#info'/>
    <feature var='http://jabber.org/protocol/disco#items'/>
    <feature var='http://jabber.org/protocol/muc'/>"""

# Section 5.3.
FORM = """<x xmlns='jabber:x:data' type='result'>
      <field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>
      <field var='ip_version' type='text-multi' ><value>ipv6</value><value>ipv4</value></field>
      <field var='os'><value>Mac</value></field>
      <field var='os_version'><value>10.5.1</value></field>
      <field var='software'><value>Psi</value></field>
      <field var='software_version'><value>0.11</value></field>
    </x>"""
COMPLEX = f"""<identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>
    <identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/>
    <feature var='http://jabber.org/protocol/muc'/>
    <feature var='http://jabber.org/protocol/caps'/>
    <feature var='http://jabber.org/protocol/disco#items'/>
    <feature var='http://jabber.org/protocol/disco#info'/>{FORM}"""
SIMPLE_VER = "QgayPKawpkPSDYmwT/WM94uAlu0="
COMPLEX_VER = "q07IKJEyjvHSyhy//CH0CxmKi8w="


def info_of(inner: str) -> DiscoInfo:
    return DiscoInfo(xml=parse_one(f"<query xmlns='{INFO}'>{inner}</query>"))


@pytest.fixture(autouse=True, scope="module")
def plugin() -> XEP_0115:
    return ClientXMPP("a@b.c", "x").register_plugin(XEP_0115)


@pytest.mark.parametrize(("inner", "ver"), [(SIMPLE, SIMPLE_VER), (COMPLEX, COMPLEX_VER)])
def test_the_examples(plugin: XEP_0115, inner: str, ver: str) -> None:
    assert make_verstring(info_of(inner)) == plugin.generate_verstring(info_of(inner), "sha-1") == ver
    kept = verified_part(info_of(inner), "sha-1", ver)
    assert kept is not None
    assert (kept.identities, kept.features) == (info_of(inner).identities, info_of(inner).features)
    assert make_verstring(kept) == ver
    assert verified_part(info_of(inner), "sha-1", ver[:-1]) is None
    assert verified_part(info_of(inner), "sha-256", ver) is None


@pytest.mark.parametrize("name", ["sha-1", "sha-224", "sha-256", "sha-384", "sha-512"])
def test_every_hash(name: str) -> None:
    text = "client/pc//Exodus 0.9.1<" + "".join(
        f"http://jabber.org/protocol/{word}<" for word in ("caps", "disco#info", "disco#items", "muc")
    )
    expected = base64.b64encode(hashlib.new(name.replace("-", ""), text.encode()).digest()).decode()
    assert make_verstring(info_of(SIMPLE), name) == expected
    assert set(HASHES) == {"sha-1", "sha-224", "sha-256", "sha-384", "sha-512"}


@pytest.mark.parametrize("name", ["", "md5", "sha1", "SHA-1"])
def test_hashes_that_are_not_known(name: str) -> None:
    with pytest.raises(ValueError, match="no hash"):
        make_verstring(info_of(SIMPLE), name)


def form(inner: str) -> str:
    return f"<x xmlns='jabber:x:data' type='result'>{inner}</x>"


TYPE = "<field var='FORM_TYPE' type='hidden'><value>urn:a</value></field>"

ILL_FORMED = {
    "identity twice": SIMPLE + "<identity category='client' name='Exodus 0.9.1' type='pc'/>",
    "feature twice": SIMPLE + "<feature var='http://jabber.org/protocol/muc'/>",
    "FORM_TYPE twice": SIMPLE + form(TYPE) + form(TYPE),
    "two values of FORM_TYPE": SIMPLE
    + form("<field var='FORM_TYPE' type='hidden'><value>urn:a</value><value>urn:b</value></field>"),
    "two fields FORM_TYPE": SIMPLE + form(TYPE + TYPE.replace("urn:a", "urn:b")),
    "< in a name": "<identity category='client' name='a&lt;urn:b' type='pc'/>",
    "< in a category": "<identity category='client&lt;' type='pc'/>",
    "< in a language": "<identity category='client' type='pc' xml:lang='e&lt;n'/>",
    "< in a feature": SIMPLE + "<feature var='urn:a&lt;urn:b'/>",
    "< in a FORM_TYPE": SIMPLE + form(TYPE.replace("urn:a", "urn:a&lt;os")),
    "< in a var": SIMPLE + form(TYPE + "<field var='a&lt;b'/>"),
    "< in a value": SIMPLE + form(TYPE + "<field var='a'><value>x&lt;y</value></field>"),
    "/ in a type": "<identity category='client' name='x' type='pc/en'/>",
    "/ in a category": "<identity category='client/pc' name='x' type='y'/>",
    "no type": "<identity category='http:' xml:lang='jabber.org' name='protocol/caps'/>",
    "no category": "<identity type='pc'/>",
}


@pytest.mark.parametrize("inner", ILL_FORMED.values(), ids=ILL_FORMED.keys())
def test_answers_that_are_ill_formed(inner: str) -> None:
    with pytest.raises(IllFormedInfo):
        make_verstring(info_of(inner))
    assert verified_part(info_of(inner), "sha-1", SIMPLE_VER) is None


@pytest.mark.parametrize(
    "extra",
    [
        form("<field var='os'><value>Mac</value></field>"),
        form(TYPE.replace("hidden", "text-single") + "<field var='os'><value>Mac</value></field>"),
        form("<field var='FORM_TYPE'><value>urn:a</value></field>"),
        form("<field var='FORM_TYPE' type='hidden'/>"),
        form(""),
        "<unknown xmlns='urn:x'>&lt;</unknown>",
    ],
)
def test_what_does_not_count_is_left_out(extra: str) -> None:
    assert make_verstring(info_of(SIMPLE + extra)) == SIMPLE_VER
    kept = verified_part(info_of(SIMPLE + extra), "sha-1", SIMPLE_VER)
    assert kept is not None
    # Nothing that the hash does not vouch for is kept for all the others who send it.
    assert kept.children_of(Form) == []
    assert "unknown" not in serialize(kept.xml)


def test_only_what_the_hash_vouches_for_is_kept() -> None:
    changed = COMPLEX.replace(
        "<field var='os'>", "<field var='os' label='FALSE' type='boolean'><desc>FALSE</desc>"
    )
    changed = changed.replace("</x>", "<item><field var='FALSE'><value>FALSE</value></field></item></x>")
    info = info_of(changed)
    info.node = "FALSE"
    kept = verified_part(info, "sha-1", COMPLEX_VER)
    assert kept is not None
    assert "FALSE" not in serialize(kept.xml)
    values = kept.children_of(Form)[0]["values"]
    assert values["os"] == "Mac"
    assert sorted(values["ip_version"]) == ["ipv4", "ipv6"]


def test_features_cannot_be_hidden_in_a_form() -> None:
    # The hash is the same; section 9.3.
    hiding = """<identity category='client' name='Exodus 0.9.1' type='pc'/>
    <feature var='http://jabber.org/protocol/caps'/>
    <x xmlns='jabber:x:data' type='result'>
      <field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/disco#info</value></field>
      <field var='http://jabber.org/protocol/disco#items'><value>http://jabber.org/protocol/muc</value></field>
    </x>"""
    assert make_verstring(info_of(hiding)) == SIMPLE_VER
    assert verified_part(info_of(hiding), "sha-1", SIMPLE_VER) is None


def test_an_escaped_sign_stays_escaped() -> None:
    # Section 5.1: the four characters of "&lt;" are just these.
    plain = info_of("<identity category='client' name='a&amp;lt;urn:b' type='pc'/>")
    assert (
        make_verstring(plain) == base64.b64encode(hashlib.sha1(b"client/pc//a&lt;urn:b<").digest()).decode()
    )


def test_sorting_is_by_octets() -> None:
    # U+FFFD comes before U+10000 in UTF-8, and behind it in UTF-16.
    inner = "<identity category='c' type='t'/><feature var='&#x10000;'/><feature var='&#xFFFD;'/><feature var='Z'/>"
    expected = "c/t//<Z<\ufffd<\U00010000<".encode()
    assert make_verstring(info_of(inner)) == base64.b64encode(hashlib.sha1(expected).digest()).decode()


NAMES = st.text("abcdeé:-", min_size=1, max_size=5)
WORDS = st.text(st.characters(blacklist_characters="</", blacklist_categories=("Cs", "Cc")), max_size=5)


@given(
    st.lists(st.tuples(NAMES, NAMES, WORDS), max_size=3),
    st.lists(WORDS, max_size=5, unique=True),
    st.randoms(use_true_random=False),
)
def test_the_order_on_the_wire_does_not_matter(
    identities: list[tuple[str, str, str]], features: list[str], random: Random
) -> None:
    info = DiscoInfo()
    info.features = set(features)
    for category, kind, name in identities:
        info.add_identity(category, kind, name)
    made = make_verstring(info)
    children = list(info.xml)
    random.shuffle(children)
    info.xml[:] = children
    assert make_verstring(info) == made
    kept = verified_part(info, "sha-1", made)
    assert kept is not None
    assert (kept.identities, kept.features) == (info.identities, info.features)
