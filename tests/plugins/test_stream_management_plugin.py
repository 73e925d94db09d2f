"""XEP-0198 as programs see it: settings before, figures during, nothing left behind."""

import pytest

from helixmpp import ClientXMPP
from helixmpp.plugins.xep_0198 import XEP_0198
from helixmpp.testing import Server, StreamManagement
from tests.support.waiting import until


async def test_its_figures_and_settings() -> None:
    async with Server(accounts={"alice": "a"}) as server:
        alice = server.client("alice")
        plugin = alice.register_plugin(XEP_0198, {"window": 7, "allow_resume": True})
        assert (plugin.enabled, plugin.sm_id, plugin.unacknowledged) == (False, None, 0)
        assert alice.ack_every == 7
        acked: list[object] = []
        alice.add_event_handler("stanza_acked", acked.append)
        async with alice:
            assert plugin.enabled
            assert plugin.sm_id
            alice.send_presence()
            assert plugin.unacknowledged == 1
            plugin.request_ack()
            await until(lambda: plugin.unacknowledged == 0)
            assert len(acked) == 1
        alice.plugin.disable("xep_0198")
        assert alice.ack_every == ClientXMPP.ack_every
        plugin.request_ack()


@pytest.mark.parametrize(("wished", "granted"), [(False, True), (True, False)])
async def test_no_resumption_without_a_wish_or_a_grant(wished: bool, granted: bool) -> None:
    management = StreamManagement(resumption=granted)
    async with Server(accounts={"alice": "a"}, stream_management=management) as server:
        alice = server.client("alice")
        plugin = alice.register_plugin(XEP_0198, {"allow_resume": wished})
        async with alice:
            assert plugin.enabled
            assert plugin.sm_id is None
            starts: list[object] = []
            alice.add_event_handler("session_start", starts.append)
            await server.cut("alice")
            await until(lambda: starts)
