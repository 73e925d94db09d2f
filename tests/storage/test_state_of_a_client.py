"""``xmpp.storage``: what a client keeps, taken out of one engine and put into another."""

from pathlib import Path

from helixmpp import ClientXMPP
from helixmpp.plugins.xep_0231 import XEP_0231


async def test_a_clients_state_goes_from_one_engine_to_another(tmp_path: Path) -> None:
    first = ClientXMPP("me@example.org", "secret", storage=f"sqlite:///{tmp_path / 'bot.db'}")
    cid = await first.register_plugin(XEP_0231).set_bob(b"coucou", "text/plain")
    lines = await first.storage.export()
    assert await first.storage.export(tmp_path / "bot.jsonl") == b""
    await first.aclose()
    assert b"me@example.org" in lines
    for source in (lines, tmp_path / "bot.jsonl"):
        second = ClientXMPP("me@example.org", "secret", storage="memory://")
        bobs = second.register_plugin(XEP_0231)
        assert await second.storage.import_(source) >= 1
        assert (await bobs.get_bob(cid=cid))["bob"]["data"] == b"coucou"
        await second.aclose()
