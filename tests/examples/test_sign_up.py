"""The example that makes an account, and removes it again."""

from tests.dialogues.conftest import Place
from tests.dialogues.test_signing_up import place
from tests.examples.conftest import Start

__all__ = ["place"]


async def test_an_account_is_made_once_and_removed(place: Place, start: Start) -> None:
    jid = f"newcomer@{place.domain}"
    where = (jid, "Calliope", "--host", place.host, "--port", place.port, "--ca-certs", place.ca_file)
    # What was removed can be made again.
    for keep in ((), ("--keep",)):
        program = await start("sign_up.py", *where, *keep)
        made = await program.line()
        assert made.startswith(f"{jid}/")
        assert made.endswith(" has an account")
        status, out, errors = await program.end()
        assert (status, out) == (0, "" if keep else "and has none any more\n")
        # A server may end the stream with the account, before it has acknowledged what was answered.
        assert not errors or (not keep and "the account is removed" in errors)
    program = await start("sign_up.py", *where)
    status, out, errors = await program.end()
    assert (status, out) == (1, "")
    assert "no account (conflict): " in errors


async def test_a_field_has_a_name_and_a_value(start: Start) -> None:
    status, _, errors = await (await start("sign_up.py", "a@b.example", "x", "--field", "email")).end()
    assert (status, "'email' is not NAME=VALUE" in errors) == (2, True)
