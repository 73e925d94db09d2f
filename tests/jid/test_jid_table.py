"""Addresses, good and bad, and what they become."""

import pytest

from helixmpp.jid import JID, InvalidJID

SOFT_HYPHEN = "\u00ad"
LONG = "a" * 1023
LABEL = "a" * 63
DOMAIN = ".".join([LABEL, LABEL, LABEL, "a" * 61])  # 253 bytes

# A text, and its local part, domain and resource in normal form.
GOOD = [
    # RFC 6122 section 2.1 and RFC 7622 section 3.5
    ("juliet@example.com", "juliet", "example.com", ""),
    ("juliet@example.com/foo", "juliet", "example.com", "foo"),
    ("juliet@example.com/foo bar", "juliet", "example.com", "foo bar"),
    ("juliet@example.com/foo@bar", "juliet", "example.com", "foo@bar"),
    ("foo\\20bar@example.com", "foo\\20bar", "example.com", ""),
    ("fussball@example.com", "fussball", "example.com", ""),
    ("\u03c0@example.com", "\u03c0", "example.com", ""),
    ("king@example.com/\u265a", "king", "example.com", "\u265a"),
    ("example.com", "", "example.com", ""),
    ("example.com/foobar", "", "example.com", "foobar"),
    ("a.example.com/b@example.net", "", "a.example.com", "b@example.net"),
    # What RFC 7622 keeps apart and Nodeprep does not
    ("fu\u00dfball@example.com", "fussball", "example.com", ""),
    ("\u03a3@example.com/foo", "\u03c3", "example.com", "foo"),
    ("\u03c3@example.com/foo", "\u03c3", "example.com", "foo"),
    ("\u03c2@example.com/foo", "\u03c3", "example.com", "foo"),
    # Case: the local part and the domain have none
    ("Juliet@EXAMPLE.com/Foo", "juliet", "example.com", "Foo"),
    ("\u0130@b.example", "i\u0307", "b.example", ""),
    ("\u0410\u042f@b.example/\u0410\u042f", "\u0430\u044f", "b.example", "\u0410\u042f"),
    ("\u00c5@b.example", "\u00e5", "b.example", ""),
    ("A\u030a@b.example", "\u00e5", "b.example", ""),
    ("\u212a@b.example", "k", "b.example", ""),
    # No lower case in Unicode 3.2: today's is not that of the servers
    ("\u10a0@b.example", "\u10a0", "b.example", ""),
    ("\u13a0@b.example", "\u13a0", "b.example", ""),
    ("\u04c0@b.example", "\u04c0", "b.example", ""),
    # Compatibility
    ("\uff2a\uff35@\uff22.example/\uff26", "ju", "b.example", "F"),
    ("\ufb01@b.example/\ufb01", "fi", "b.example", "fi"),
    ("\u2168@b.example/\u2168", "ix", "b.example", "IX"),
    ("a@b.example/\u2460", "a", "b.example", "1"),
    ("a@b.example/x\u00a0y", "a", "b.example", "x y"),
    # What is mapped to nothing
    (f"ju{SOFT_HYPHEN}liet@b.example/f{SOFT_HYPHEN}oo", "juliet", "b.example", "foo"),
    ("ju\u200bliet@b.example/\ufe0f\u265a\u2060", "juliet", "b.example", "\u265a"),
    ("a@x\u00ady.example", "a", "xy.example", ""),
    ("a@b.example/e\u0340", "a", "b.example", "\u00e8"),
    # Right to left
    ("\u05d0\u05d1@b.example/\u05d0", "\u05d0\u05d1", "b.example", "\u05d0"),
    ("a@b.example/\u0627\u0031\u0628", "a", "b.example", "\u06271\u0628"),
    ("a@b.example/\u05d0-\u05d1", "a", "b.example", "\u05d0-\u05d1"),
    ("a@\u05d0\u05d1.example", "a", "\u05d0\u05d1.example", ""),
    # Characters of ASCII
    ("!#$%()*+,-.;=?[\\]^_`{|}~@b.example", "!#$%()*+,-.;=?[\\]^_`{|}~", "b.example", ""),
    ("a@b.example/ !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "a", "b.example", " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
    ("a@b.example//", "a", "b.example", "/"),
    ("a@b.example/ ", "a", "b.example", " "),
    ("0@0.example/0", "0", "0.example", "0"),
    # Domains
    ("localhost", "", "localhost", ""),
    ("a@b", "a", "b", ""),
    ("a@chat_room.example", "a", "chat_room.example", ""),
    ("a@_xmpp.example", "a", "_xmpp.example", ""),
    ("a@b.example.", "a", "b.example", ""),
    ("a@b.example./c", "a", "b.example", "c"),
    ("a@r3---sn-5hne.example", "a", "r3---sn-5hne.example", ""),
    ("a@127.0.0.1/b", "a", "127.0.0.1", "b"),
    ("a@[::1]/b", "a", "[::1]", "b"),
    ("a@[2001:DB8:0:0:0:0:0:1]", "a", "[2001:db8::1]", ""),
    ("[::ffff:192.0.2.1]", "", "[::ffff:192.0.2.1]", ""),
    ("[::FFFF:C000:201]", "", "[::ffff:192.0.2.1]", ""),
    ("a@b\u00fccher.example", "a", "b\u00fccher.example", ""),
    ("a@B\u00dcCHER.example.", "a", "b\u00fccher.example", ""),
    ("a@xn--bcher-kva.example", "a", "b\u00fccher.example", ""),
    ("a@XN--BCHER-KVA.EXAMPLE", "a", "b\u00fccher.example", ""),
    ("a@fa\u00df.example", "a", "fa\u00df.example", ""),
    ("a@xn--fa-hia.example", "a", "fa\u00df.example", ""),
    ("a@fass.example", "a", "fass.example", ""),
    ("a@\u03b2\u03cc\u03bb\u03bf\u03c2.example", "a", "\u03b2\u03cc\u03bb\u03bf\u03c2.example", ""),
    ("a@b\u3002example\uff0ecom", "a", "b.example.com", ""),
    ("a@chat_room.b\u00fccher.example", "a", "chat_room.b\u00fccher.example", ""),
    # Sizes
    (f"{LONG}@b.example/{LONG}", LONG, "b.example", LONG),
    ("\u00e9" * 511 + "x@b.example", "\u00e9" * 511 + "x", "b.example", ""),
    (f"a@{LABEL}.example", "a", f"{LABEL}.example", ""),
    (f"a@{DOMAIN}", "a", DOMAIN, ""),
    ("a@" + "\u00fc" * 55 + ".example", "a", "\u00fc" * 55 + ".example", ""),
    ("", "", "", ""),
]  # fmt: skip

# A text, and what its message names.
BAD = [
    ("@", "domain is empty"),
    ("/", "domain is empty"),
    ("@/", "domain is empty"),
    ("a@", "domain is empty"),
    ("a@/b", "domain is empty"),
    ("/b", "domain is empty"),
    ("@b.example", "local part is empty"),
    ("b.example/", "resource is empty"),
    ("a@b.example/", "resource is empty"),
    (f"{SOFT_HYPHEN}@b.example", "local part is empty"),
    (f"a@b.example/{SOFT_HYPHEN}", "resource is empty"),
    ("henry@", "domain is empty"),
    # Characters that a local part has not
    ('"juliet"@example.com', r"local part has the character '\"'"),
    ("foo bar@example.com", "local part has the character ' '"),
    ("a&b@c", "local part has the character '&'"),
    ("a'b@c", "local part has the character \"'\""),
    ("a:b@c", "local part has the character ':'"),
    ("a<b@c", "local part has the character '<'"),
    ("a>b@c", "local part has the character '>'"),
    ("\uff20@c", "local part has the character '@'"),
    ("\uff0f@c", "local part has the character '/'"),
    ("a\u2003b@c", "local part"),
    ("a\u00a0b@c", "local part has the character ' '"),
    ("a\u2100b@c", "local part has the character '/'"),
    # Characters that stringprep forbids
    ("a\0@c", r"local part has U\+0000, which is a control character"),
    ("a@c/\0", r"resource has U\+0000"),
    ("a@c/\n", r"resource has U\+000A"),
    ("a\x7f@c", r"local part has U\+007F"),
    ("a@c/\x85", r"resource has U\+0085"),
    ("a\ud800@c", r"local part has U\+D800, which is a lone surrogate"),
    ("a@c/\udfff", r"resource has U\+DFFF"),
    ("a@\ud800.example", "domain"),
    ("a\ufffe@c", r"local part has U\+FFFE, which is no character"),
    ("a@c/\uffff", r"resource has U\+FFFF"),
    ("a@c/\ufdd0", r"resource has U\+FDD0"),
    ("a@c/\U0010ffff", r"resource has U\+10FFFF"),
    ("a\ue000@c", r"local part has U\+E000, which is for private use"),
    ("a@c/\ufffd", r"resource has U\+FFFD"),
    ("a@c/\u2ff0", r"resource has U\+2FF0"),
    ("a@c/\u202e", r"resource has U\+202E"),
    ("a@c/\U000e0041", r"resource has U\+E0041, which is a tagging character"),
    ("a@c/\u2028", r"resource has U\+2028"),
    # Right to left
    ("\u05d0a@c", "local part mixes"),
    ("a@c/\u0627\u0628a", "resource mixes"),
    ("a@c/1\u0627", "resource is from right to left and does not begin and end so"),
    ("a@c/\u06271", "resource is from right to left and does not begin and end so"),
    ("a@\u05d0b.example", "domain"),
    # Domains
    ("a@b@c", "domain"),
    ("a@.", "domain is empty"),
    ("a@..", "domain has an empty label"),
    ("a@b..c", "domain has an empty label"),
    ("a@.b", "domain has an empty label"),
    ("a@b.c..", "domain has an empty label"),
    ("a@b\u3002\u3002c", "domain has an empty label"),
    ("a@\u00ad.b", "domain has an empty label"),
    ("a@-b", "domain"),
    ("a@b-.c", "domain"),
    ("a@b c", "domain"),
    ("a@b!c", "domain"),
    ("a@b:5222", "domain"),
    ("a@b<c", "domain"),
    ("a@\u2100.example", "domain"),
    ("a@::1", "domain"),
    ("a@[::1", "domain in brackets"),
    ("a@[]", "domain in brackets"),
    ("a@[127.0.0.1]", "domain in brackets"),
    ("a@[::1]x", "domain in brackets"),
    ("a@[::1].", "domain in brackets"),
    ("a@[fe80::1%eth0]", "domain in brackets"),
    ("a@[::\uff11]", "domain in brackets"),
    ("a@\u2665.example", "domain has a label that IDNA 2008 does not allow"),
    ("a@\U0001f600.example", "domain has a label that IDNA 2008 does not allow"),
    ("a@b\0c", "domain"),
    ("a@b\u2024c", "domain"),
    # Sizes
    (f"{LONG}a@b", "local part has more than 1023 characters"),
    (f"a@b/{LONG}a", "resource has more than 1023 characters"),
    ("\u00e9" * 512 + "@b", "local part has more than 1023 bytes"),
    ("a@b/" + "\u00e9" * 512, "resource has more than 1023 bytes"),
    ("\ufdfa" * 100 + "@b", "local part"),
    ("a@b/" + "\u0132" * 600, "resource has more than 1023 bytes"),
    ("a@" + LONG + "a", "domain has more than 1023 characters"),
    (f"a@{LABEL}a.example", "label of the domain has more than 63 bytes"),
    (f"a@{DOMAIN}a", "domain has more than 253 bytes"),
    ("a@" + "\u00fc" * 60 + ".example", "domain"),
    ("a@" + ".".join(["\u00fc" * 40] * 6), "domain has more than 253 bytes"),
]  # fmt: skip

# What Unicode 3.2 does not assign: nobody may build it, and a peer may send it.
UNASSIGNED = [
    ("a@b.example/\U0001f600", "resource has U\\+1F600, which Unicode 3.2 does not assign", "\U0001f600"),
    ("\U0001f600@b.example", "local part has U\\+1F600", None),
    ("a@b.example/Gajim \U0001f1e9\U0001f1ea", "resource has U\\+1F1E9", "Gajim \U0001f1e9\U0001f1ea"),
    ("a@b.example/\u1e9e", "resource has U\\+1E9E", "\u1e9e"),
    ("a@b.example/j\u07f3\u20ee", "resource has U\\+07F3", "j\u07f3\u20ee"),
    ("\u1e9e@b.example", "local part has U\\+1E9E", None),
    ("\u2c6f@b.example", "local part has U\\+2C6F", None),
    ("a@b.example/\u0221", "resource has U\\+0221", "\u0221"),
    ("a@b.example/\U0001f600" + SOFT_HYPHEN, "resource has U\\+1F600", "\U0001f600"),
    ("a@xn--i-7iq.example", "domain has a label that IDNA 2008 does not allow", None),
    ("a@xn--a.example", "domain has a label that IDNA 2008 does not allow", None),
]


@pytest.mark.parametrize(
    ("text", "local", "domain", "resource"), GOOD, ids=[ascii(row[0])[:50] for row in GOOD]
)
def test_good(text: str, local: str, domain: str, resource: str) -> None:
    bare = f"{local}@{domain}" if local else domain
    full = f"{bare}/{resource}" if resource else bare
    for jid in (JID(text), JID.parse(text), JID.parse(text, lenient=False), JID(full), JID(JID(text))):
        assert (jid.local, jid.domain, jid.resource) == (local, domain, resource)
        assert (jid.bare, jid.full, str(jid)) == (bare, full, full)
        assert jid == text
    if domain:
        raw_bare, _, raw_resource = text.partition("/")
        raw_local, at, raw_domain = raw_bare.partition("@")
        if not at:
            raw_local, raw_domain = "", raw_bare
        assert JID.from_parts(raw_local, raw_domain, raw_resource) == full
        assert JID(local=raw_local, domain=raw_domain, resource=raw_resource) == full


@pytest.mark.parametrize(("text", "message"), BAD, ids=[ascii(row[0])[:50] for row in BAD])
def test_bad(text: str, message: str) -> None:
    for lenient in (False, True):
        with pytest.raises(InvalidJID, match=message):
            JID.parse(text, lenient=lenient)
    with pytest.raises(InvalidJID, match=message):
        JID(text)
    assert JID("a@b") != text


@pytest.mark.parametrize(
    ("text", "message", "resource"), UNASSIGNED, ids=[ascii(row[0])[:50] for row in UNASSIGNED]
)
def test_not_assigned_by_unicode_3_2(text: str, message: str, resource: str | None) -> None:
    with pytest.raises(InvalidJID, match=message):
        JID(text)
    with pytest.raises(InvalidJID, match=message):
        JID.parse(text, lenient=False)
    received = JID.parse(text)
    assert JID.parse(str(received)) == received == text
    assert str(received) == text.replace(SOFT_HYPHEN, "")
    if resource is not None:
        assert JID.from_parts("a", "b.example", resource, lenient=True) == received
        with pytest.raises(InvalidJID):
            JID(local="a", domain="b.example", resource=resource)


@pytest.mark.parametrize(
    ("local", "domain", "resource"),
    [
        ("a", "", ""),
        ("", "", "b"),
        ("a", "", "b"),
        ("a@b", "c", ""),
        ("a/b", "c", ""),
        ("", "a@b", ""),
        ("", "b/c", ""),
    ],
)
def test_bad_parts(local: str, domain: str, resource: str) -> None:
    with pytest.raises(InvalidJID):
        JID.from_parts(local, domain, resource)
    with pytest.raises(InvalidJID):
        JID(local=local, domain=domain, resource=resource)


def test_separators_within_a_resource_do_not_separate() -> None:
    jid = JID(local="room", domain="b", resource="a/b@c")
    assert (jid.full, jid.resource) == ("room@b/a/b@c", "a/b@c")
    assert JID(str(jid)) == jid
