"""Who a personal token is, and when it is nobody any more."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from orchestrator.errors import Problem
from orchestrator.identity.caller import Scope, TokenEnd
from orchestrator.tokens import repository, text
from orchestrator.tokens.personal import PersonalTokens
from tests.orchestrator.conftest import Login, Watch, browser
from tests.orchestrator.holders import Key, MakeKey


@pytest.fixture
async def asha(person: Login) -> httpx.AsyncClient:
    return await person("asha")


@pytest.fixture
async def key(asha: httpx.AsyncClient, make_key: MakeKey) -> Key:
    return await make_key(asha, scopes="read", accounts=["acc_1"], addresses=["10.0.0.0/8", "2001:db8::/32"])


async def _code(tokens: PersonalTokens, given: str, address: str = "10.1.2.3") -> str:
    with pytest.raises(Problem) as refused:
        await tokens.caller(given, address)
    return refused.value.code


async def test_a_token_is_its_user_with_its_scopes_and_policy(app: FastAPI, key: Key) -> None:
    caller = await app.state.tokens.caller(key.text, "10.1.2.3")
    assert (caller.user_id, caller.token, caller.session) == (key.user_id, key.id, None)
    assert caller.scopes == {Scope.READ}
    assert [caller.sees(account) for account in ("acc_1", "acc_2")] == [True, False]
    assert (caller.address, caller.proven_at, caller.role) == ("10.1.2.3", None, "user")


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("10.255.0.1", True),
        ("11.0.0.1", False),
        ("::ffff:10.0.0.1", True),  # the same IPv4 address, seen by a socket of both kinds
        ("::ffff:11.0.0.1", False),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        ("fe80::1%eth0", False),
        ("", False),
        ("testclient", False),
    ],
)
async def test_a_token_is_good_from_its_addresses_only(
    app: FastAPI, key: Key, address: str, good: bool
) -> None:
    if good:
        assert (await app.state.tokens.caller(key.text, address)).address == address
    else:
        assert await _code(app.state.tokens, key.text, address) == "token_policy"


async def test_what_is_no_token_is_refused(app: FastAPI, key: Key) -> None:
    unknown = text.make()[0]
    other_secret = text.make(key.id)[0]
    for wrong in (unknown, other_secret, key.text[:-1], key.text + "x", "tm_", f"tm_{key.id}"):
        assert await _code(app.state.tokens, wrong) == "token_invalid"


async def test_a_token_ends_with_its_time(app: FastAPI, key: Key, watch: Watch) -> None:
    await app.state.tokens.caller(key.text, "10.0.0.1")
    watch.pass_time(days=90)
    assert await _code(app.state.tokens, key.text) == "token_expired"


async def test_a_revoked_token_is_refused_at_once_also_in_a_process_that_knows_it(
    app: FastAPI, key: Key, watch: Watch
) -> None:
    elsewhere = PersonalTokens(app.state.db, app.state.bus, watch)
    await elsewhere.start()
    try:
        await asyncio.sleep(0)  # it listens
        for tokens in (app.state.tokens, elsewhere):
            await tokens.caller(key.text, "10.0.0.1")
        waiting = asyncio.ensure_future(elsewhere.wait(key.id, 60))
        await asyncio.sleep(0.05)
        await app.state.db.write(lambda conn: repository.change(conn, key.id, {"revoked_at": watch.now}))
        await app.state.tokens.changed([key.id])
        assert await _code(app.state.tokens, key.text) == "token_revoked"
        assert await asyncio.wait_for(waiting, 60) is TokenEnd.REVOKED
        assert await _code(elsewhere, key.text) == "token_revoked"
    finally:
        await elsewhere.close()


async def test_a_revoked_token_is_found_out_when_nobody_was_told(
    app: FastAPI, key: Key, watch: Watch
) -> None:
    tokens = PersonalTokens(app.state.db, app.state.bus, watch, recheck=0)
    await tokens.caller(key.text, "10.0.0.1")
    await app.state.db.write(lambda conn: repository.change(conn, key.id, {"revoked_at": watch.now}))
    assert await _code(tokens, key.text) == "token_revoked"
    assert await tokens.known(key.id) is None


async def test_what_was_read_before_a_change_was_told_is_not_kept(
    app: FastAPI, key: Key, watch: Watch
) -> None:
    tokens = PersonalTokens(app.state.db, app.state.bus, watch)
    reading = asyncio.ensure_future(tokens.caller(key.text, "10.0.0.1"))
    await asyncio.sleep(0)  # it has begun to read
    await app.state.db.write(lambda conn: repository.change(conn, key.id, {"revoked_at": watch.now}))
    await tokens.changed([key.id])
    await asyncio.wait([reading])
    assert await _code(tokens, key.text) == "token_revoked"


async def test_the_text_of_before_a_rotation_is_good_as_long_as_was_said(
    app: FastAPI, key: Key, watch: Watch
) -> None:
    new, _, hashed = text.make(key.id)
    values = {"hash": hashed, "old_hash": text.hash_of(key.text), "old_until": watch.now + timedelta(hours=1)}
    await app.state.db.write(lambda conn: repository.change(conn, key.id, values))
    await app.state.tokens.changed([key.id])
    for good in (new, key.text):
        assert (await app.state.tokens.caller(good, "10.0.0.1")).token == key.id
    watch.pass_time(hours=1)
    assert await _code(app.state.tokens, key.text) == "token_invalid"
    assert (await app.state.tokens.caller(new, "10.0.0.1")).token == key.id


async def test_the_last_use_is_written_with_others_and_never_set_back(
    app: FastAPI, key: Key, watch: Watch
) -> None:
    tokens = PersonalTokens(app.state.db, app.state.bus, watch)
    await tokens.caller(key.text, "10.0.0.1")
    watch.pass_time(minutes=5)
    await app.state.tokens.caller(key.text, "10.0.0.2")
    await app.state.tokens.store()
    await tokens.store()
    kept = await app.state.db.read(lambda conn: repository.find(conn, key.id))
    assert (kept.used_at, kept.used_from) == (watch.now, "10.0.0.2")


async def test_memory_is_bounded(
    app: FastAPI, asha: httpx.AsyncClient, make_key: MakeKey, watch: Watch
) -> None:
    tokens = PersonalTokens(app.state.db, app.state.bus, watch, kept=2)
    for _ in range(4):
        await tokens.caller((await make_key(asha)).text, "10.0.0.1")
    assert len(tokens._known) == 2


async def test_every_door_is_closed_that_is_not_for_the_token(
    app: FastAPI, asha: httpx.AsyncClient, make_key: MakeKey
) -> None:
    reads, trades = await make_key(asha, scopes="read"), await make_key(asha, scopes="trade")
    limited = await make_key(asha, scopes="read", accounts=["acc_1"])
    async with browser(app) as program:

        async def asked(key: Key, method: str, path: str) -> tuple[int, str]:
            answer = await program.request(method, path, headers={**key.headers, "idempotency-key": "k"})
            return answer.status_code, answer.json().get("code", "")

        assert await asked(reads, "GET", "/v1/users/me") == (200, "")
        assert await asked(trades, "GET", "/v1/users/me") == (403, "scope_missing")
        assert await asked(limited, "GET", "/v1/users/me") == (403, "token_policy")
        assert await asked(limited, "GET", "/v1/quotes?symbols=NSE:INFY") == (200, "")
        assert await asked(reads, "PATCH", "/v1/users/me") == (403, "login_only")
        assert await asked(reads, "GET", "/v1/users/me/sessions") == (403, "login_only")
        assert await asked(reads, "DELETE", "/v1/orders/ord_1") == (403, "scope_missing")
        assert await asked(trades, "DELETE", "/v1/orders/ord_1") == (404, "not_found")
        assert await asked(trades, "POST", "/v1/funds/withdraw") == (403, "scope_missing")


async def test_the_short_way_takes_both_kinds_of_token(
    app: FastAPI, asha: httpx.AsyncClient, make_key: MakeKey
) -> None:
    order = {
        "exchange": "NSE", "symbol": "INFY", "side": "BUY", "order_type": "LIMIT", "product": "CNC",
        "quantity": 1, "price": "1500.00", "account": "acc_nobody",
    }  # fmt: skip
    reads, trades = await make_key(asha, scopes="read"), await make_key(asha, scopes="trade")
    async with browser(app) as program:
        for key, code in ((reads, "scope_missing"), (trades, "not_found")):
            for kind in ("application/json", "application/json; charset=utf-8"):
                headers = {**key.headers, "idempotency-key": "k-1", "content-type": kind}
                answer = await program.post("/v1/orders", json=order, headers=headers)
                assert answer.json()["code"] == code, kind
