"""The fixtures xmpp_server and xmpp_client, in projects of their own."""

import sys

import pytest

pytest_plugins = ["pytester"]

MODES = {
    "auto": "asyncio_mode = auto\nasyncio_default_fixture_loop_scope = function",
    "strict": "asyncio_mode = strict\nasyncio_default_fixture_loop_scope = function",
    "one loop for all": (
        "asyncio_mode = auto\nasyncio_default_fixture_loop_scope = session\n"
        "asyncio_default_test_loop_scope = session"
    ),
}
PROJECT = """
    import asyncio
    import pytest
    from helixmpp import AuthenticationFailed, ClientXMPP
    from helixmpp.testing import Server

    servers = []

    @pytest.mark.asyncio
    async def test_two_clients_talk(xmpp_server, xmpp_client):
        assert isinstance(xmpp_server, Server)
        servers.append(xmpp_server)
        alice = await xmpp_client("alice", resource="desk", plugins=["xep_0030"])
        bob = await xmpp_client("bob")
        assert isinstance(alice, ClientXMPP)
        assert alice.boundjid.full == "alice@test.example/desk"
        assert "xep_0030" in alice.plugin
        came = asyncio.get_running_loop().create_future()
        bob.add_event_handler("message", came.set_result)
        alice.send_message(bob.boundjid, "hello")
        async with asyncio.timeout(10):
            assert (await came)["body"] == "hello"
        assert len(xmpp_server.online) == 2

    @pytest.mark.asyncio
    async def test_everything_of_the_test_before_is_over(xmpp_server):
        assert xmpp_server is not servers[0]
        assert servers[0].online == []
        assert not servers[0].ca_certs.exists()
        assert len(asyncio.all_tasks()) == 1

    @pytest.mark.asyncio
    async def test_clients_that_cannot_be(xmpp_client):
        with pytest.raises(LookupError, match="carol"):
            await xmpp_client("carol")
        with pytest.raises(AuthenticationFailed):
            await xmpp_client("alice", password="wrong")

    @pytest.mark.asyncio
    async def test_client_that_the_test_ended_itself(xmpp_client):
        alice = await xmpp_client("alice")
        await alice.disconnect()

    @pytest.mark.asyncio
    async def test_server_that_the_test_ended_itself(xmpp_server, xmpp_client):
        alice = await xmpp_client("alice")
        alice.auto_reconnect = False
        await xmpp_server.stop()

    @pytest.mark.xmpp_server(domain="other.example", accounts={"carol": "x"})
    class TestMarker:
        @pytest.mark.asyncio
        async def test_of_the_class(self, xmpp_client, xmpp_server):
            assert (await xmpp_client("carol")).boundjid.bare == "carol@other.example"

        @pytest.mark.asyncio
        @pytest.mark.xmpp_server(accounts={"dave": "y"}, components={"c.example": "z"})
        async def test_of_the_function_besides(self, xmpp_client, xmpp_server):
            assert (await xmpp_client("dave")).boundjid.bare == "dave@other.example"
            assert xmpp_server.component_port

    @pytest.mark.asyncio
    @pytest.mark.xfail(raises=pytest.UsageError, strict=True)
    @pytest.mark.xmpp_server("alice")
    async def test_marker_with_a_wrong_argument(xmpp_server):
        raise AssertionError("not reached")
"""


@pytest.mark.parametrize("mode", MODES)
def test_fixtures_in_each_mode(mode: str, pytester: pytest.Pytester) -> None:
    pytester.makeini(f"[pytest]\n{MODES[mode]}\nfilterwarnings = error\naddopts = --strict-markers")
    pytester.makepyfile(PROJECT)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=7, xfailed=1)


def test_a_test_that_fails_leaves_nothing_behind(pytester: pytest.Pytester) -> None:
    pytester.makeini(f"[pytest]\n{MODES['auto']}\nfilterwarnings = error")
    pytester.makepyfile("""
        servers = []

        async def test_fails(xmpp_server, xmpp_client):
            servers.append(xmpp_server)
            await xmpp_client("alice")
            await xmpp_client("bob")
            assert xmpp_server.online == []

        async def test_after():
            assert servers[0].online == []
    """)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)


def test_marker_is_described(pytester: pytest.Pytester) -> None:
    pytester.makeini(f"[pytest]\n{MODES['auto']}")
    result = pytester.runpytest_inprocess("--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.xmpp_server(accounts=*"])


# pytest as it is where pytest-asyncio is not installed.
WITHOUT_ASYNCIO = """
import importlib.util, sys
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "pytest_asyncio" else found(name, package)
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""


@pytest.mark.parametrize("fixture", ["xmpp_server", "xmpp_client"])
def test_project_without_pytest_asyncio(fixture: str, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nfilterwarnings = error")
    pytester.makepyfile(f"""
        def test_without():
            assert True

        def test_with({fixture}):
            assert True
    """)
    result = pytester.run(sys.executable, "-c", WITHOUT_ASYNCIO, "-p", "no:asyncio", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*need pytest-asyncio: pip install pytest-asyncio*"])
