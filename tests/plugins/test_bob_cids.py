"""Content-IDs: which are hashes that are checked here, and what fits them."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helixmpp.plugins.xep_0231.cids import ALGORITHMS, can_check, fits, make_cid

EMPTY = {
    # FIPS 180-4, FIPS 202 and RFC 7693 of no bytes at all, as published.
    "sha1": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "sha-1": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "sha-224": "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f",
    "sha-256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "sha-384": "38b060a751ac96384cd9327eb1b1e36a21fdb71114be0743"
    "4c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
    "sha-512": "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
    "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
    "sha3-256": "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a",
    "sha3-512": "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6"
    "15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26",
    "blake2b-256": "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8",
    "blake2b-512": "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419"
    "d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce",
}


def test_every_algorithm_has_its_vector() -> None:
    assert set(EMPTY) == set(ALGORITHMS)


@pytest.mark.parametrize(("algo", "digest"), EMPTY.items())
def test_published_vectors(algo: str, digest: str) -> None:
    cid = f"{algo}+{digest}@bob.xmpp.org"
    assert can_check(cid)
    assert fits(cid, b"") is True
    assert fits(f"{algo}+{digest.upper()}@bob.xmpp.org", b"") is True
    assert fits(cid, b"x") is False
    assert fits(make_cid(b"x", algo), b"x") is True
    assert make_cid(b"", algo) == cid.replace("sha-1+", "sha1+")


@given(st.binary(max_size=100), st.binary(max_size=100), st.sampled_from(sorted(ALGORITHMS)))
def test_a_cid_fits_its_bytes_and_no_others(data: bytes, other: bytes, algo: str) -> None:
    assert fits(make_cid(data, algo), other) is (data == other)


SHA1 = hashlib.sha1(b"x").hexdigest()


@pytest.mark.parametrize(
    "cid",
    [
        "",
        "x",
        "x@example.org",
        f"sha1+{SHA1}",
        f"sha1+{SHA1}@example.org",
        f"sha1+{SHA1}@bob.xmpp.org.example.org",
        f"sha1+{SHA1}@bob.xmpp.org/../../x",
        f"sha1+{SHA1}@bob-xmpp-org",
        f"x sha1+{SHA1}@bob.xmpp.org",
        f"sha1+{SHA1}@bob.xmpp.org\n",
        f"SHA1+{SHA1}@bob.xmpp.org",
        f"sha1-{SHA1}@bob.xmpp.org",
        "sha1+@bob.xmpp.org",
        "sha1+xyz@bob.xmpp.org",
        "md5+9dd4e461268c8034f5c8564e155c67a6@bob.xmpp.org",
        "md2+00@bob.xmpp.org",
        "shake128+00@bob.xmpp.org",
        "unknown+00@bob.xmpp.org",
        "../../x",
    ],
)
def test_cids_that_prove_nothing(cid: str) -> None:
    assert not can_check(cid)
    assert fits(cid, b"x") is None


@pytest.mark.parametrize("digest", [SHA1[:-2], SHA1 + "00", SHA1[:2], "0" * 40, "f" * 256])
def test_a_hash_of_another_length_or_value_does_not_fit(digest: str) -> None:
    assert fits(f"sha1+{digest}@bob.xmpp.org", b"x") is False


@pytest.mark.parametrize(
    ("algo", "start"),
    [
        ("sha1", "sha1+"),
        ("SHA1", "sha1+"),
        ("sha-1", "sha1+"),
        ("sha256", "sha-256+"),
        ("SHA-256", "sha-256+"),
        ("sha512", "sha-512+"),
        ("sha3-256", "sha3-256+"),
    ],
)
def test_names_of_algorithms(algo: str, start: str) -> None:
    cid = make_cid(b"x", algo)
    assert cid.startswith(start)
    assert cid.endswith("@bob.xmpp.org")


@pytest.mark.parametrize("algo", ["md5", "md2", "", "sha", "shake128", "crc32"])
def test_no_cid_is_made_with_what_proves_nothing(algo: str) -> None:
    with pytest.raises(ValueError, match="sha-256"):
        make_cid(b"x", algo)
