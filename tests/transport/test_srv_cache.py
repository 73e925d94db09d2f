"""SRV answers are kept for as long as DNS says, and no longer; the clock is the test's."""

from typing import Any

import pytest

from helixmpp.errors import DNSFailure
from helixmpp.transport import SRVCache, find_targets, targets
from helixmpp.transport.srv import SRVRecord
from tests.transport.nameserver import EMPTY, SERVFAIL, SILENT, Zone, nameserver

ORG = "example.org"
PLAIN, DIRECT = "_xmpp-client._tcp.example.org", "_xmpps-client._tcp.example.org"
HERE = (SRVRecord(1, 1, 5222, "h.example", direct_tls=False),)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("records", "ttl", "kept"),
    [
        (HERE, 60, 60),
        (HERE, 0, 0),
        (HERE, 2**31 - 1, 86_400),
        ((), 60, 60),
        ((), 86_400, 300),
        ((), 0, 0),
    ],
)
def test_for_how_long(records: tuple[SRVRecord, ...], ttl: float, kept: float) -> None:
    clock = Clock()
    cache = SRVCache(clock=clock)
    cache.put("q", records, ttl)
    if not kept:
        assert cache.get("q") is None
        assert len(cache) == 0
        return
    clock.now += kept - 0.5
    assert cache.get("q") == records
    clock.now += 0.5
    assert cache.get("q") is None
    assert len(cache) == 0


def test_bounded_by_the_least_recently_asked() -> None:
    cache = SRVCache(limit=3)
    for question in "abc":
        cache.put(question, HERE, 60)
    assert cache.get("a") == HERE
    for number in range(2):
        cache.put(number, HERE, 60)
    assert [question for question in ("a", "b", "c", 0, 1) if cache.get(question)] == ["a", 0, 1]
    for number in range(10_000):
        cache.put(number, (), 60)
    assert len(cache) == 3


def test_later_answer_counts() -> None:
    cache = SRVCache()
    cache.put("q", HERE, 60)
    cache.put("q", (), 60)
    assert cache.get("q") == ()
    cache.put("q", (), 0)
    assert cache.get("q") is None
    cache.put("q", HERE, 60)
    cache.clear()
    assert cache.get("q") is None


SERVED: Zone = {PLAIN: ["5 0 5222 a.b."], DIRECT: ["5 0 443 a.b."]}


@pytest.mark.parametrize(
    ("zone", "options", "seconds"),
    [
        (SERVED, {"ttl": 60}, 60),
        (SERVED, {"ttl": 0}, 0),
        (SERVED, {"ttl": 1_000_000}, 86_400),
        ({}, {"negative_ttl": 30}, 30),
        ({}, {"negative_ttl": 3600}, 300),
        # RFC 2308 section 5: without an SOA nobody knows for how long.
        ({}, {}, 0),
        ({PLAIN: EMPTY, DIRECT: EMPTY}, {"negative_ttl": 30}, 30),
        ({PLAIN: EMPTY, DIRECT: EMPTY}, {}, 0),
        ({PLAIN: EMPTY, DIRECT: SERVED[DIRECT]}, {"negative_ttl": 60}, 60),
    ],
)
async def test_questions_to_dns(zone: Zone, options: dict[str, Any], seconds: float) -> None:
    clock = Clock()
    cache = SRVCache(clock=clock)
    async with nameserver(zone, **options) as (server, resolver):
        first = await find_targets(ORG, resolver=resolver, cache=cache)
        assert sorted(server.asked) == [PLAIN, DIRECT]
        if seconds:
            clock.now += seconds - 1
            assert sorted(map(str, await find_targets(ORG, resolver=resolver, cache=cache))) == sorted(
                map(str, first)
            )
            assert len(server.asked) == 2
            # The other name is another question.
            await find_targets("example.com", resolver=resolver, cache=cache)
            assert len(server.asked) == 4
            del server.asked[2:]
            clock.now += 1
        await find_targets(ORG, resolver=resolver, cache=cache)
        assert len(server.asked) == 4


@pytest.mark.parametrize("trouble", [SERVFAIL, SILENT])
async def test_failure_is_not_kept(trouble: str) -> None:
    cache = SRVCache()
    zone: dict[str, Any] = {PLAIN.replace("example.org", "nobody.invalid"): trouble}
    async with nameserver(zone) as (_, resolver):
        with pytest.raises(DNSFailure):
            await find_targets("nobody.invalid", resolver=resolver, cache=cache, timeout=0.3)
        assert len(cache) == 0
        zone[PLAIN.replace("example.org", "nobody.invalid")] = ["5 0 5222 a.b."]
        [found] = await find_targets("nobody.invalid", resolver=resolver, cache=cache)
        assert found.host == "a.b"


async def test_one_cache_for_all_that_ask_the_machines_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    async with nameserver(SERVED) as (server, resolver), nameserver({}) as (_, other):
        # Not the machine's own settings, but a server of the test.
        monkeypatch.setattr(targets, "system_resolver", lambda: resolver)
        for _ in range(3):
            assert {found.host for found in await find_targets(ORG)} == {"a.b"}
        assert len(server.asked) == 2
        # In another network it is another question.
        monkeypatch.setattr(targets, "system_resolver", lambda: other)
        assert [found.host for found in await find_targets(ORG)] == [ORG]
