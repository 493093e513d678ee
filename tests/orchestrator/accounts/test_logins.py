"""Connecting an account: whose it is, in which browser, once, and in time."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from domain.account import AccountId, BrokerId
from domain.errors import BrokerUnavailable
from orchestrator.accounts import repository
from orchestrator.audit.record import Actor
from orchestrator.tables.accounts import accounts, login_states
from tests.orchestrator.accounts.conftest import KEYS, begin, come_back, connect, state_of, until
from tests.orchestrator.conftest import Login, Watch, browser
from tests.orchestrator.stub_broker import StubAdapter
from tests.services import ON_SQLITE

Stubs = dict[BrokerId, StubAdapter]


@pytest.fixture(autouse=True)
def _users(stubs: Stubs) -> None:
    for stub in stubs.values():
        stub.users = {"good": "AB1234", "other": "ZZ9999"}


async def test_the_catalogue_tells_how_to_log_in_and_what_the_broker_takes(client: httpx.AsyncClient) -> None:
    brokers = {one["broker"]: one for one in (await client.get("/v1/brokers")).json()}
    zerodha = brokers["zerodha"]
    assert (zerodha["name"], zerodha["letter"], zerodha["expires_daily_at"]) == ("Zerodha", "Z", "06:00")
    assert zerodha["login"]["kind"] == "redirect"
    assert zerodha["login"]["app_configured"] is False
    assert [field["required"] for field in zerodha["login"]["fields"]] == [True, True, False]
    assert zerodha["products"] == ["CNC"]
    assert brokers["groww"]["login"]["kind"] == "form"


async def test_an_account_connects_by_the_brokers_page_and_back(person: Login) -> None:
    asha = await person("asha")
    account, state = await begin(asha)
    assert (await asha.get(f"/v1/accounts/{account}")).json()["state"] == "connecting"
    assert await come_back(asha, state) == f"/brokers?connected={account}"
    [shown] = (await asha.get("/v1/accounts")).json()
    assert (shown["state"], shown["broker_user_id"], shown["label"]) == ("connected", "AB1234", "Zerodha")
    assert shown["expires_at"] == "2026-11-23T18:30:00.000+05:30"
    assert shown["health"]["reads"] == shown["health"]["writes"] == "closed"
    assert shown["last_error"] is None


async def test_an_account_with_keys_connects_at_once(person: Login) -> None:
    asha = await person("asha")
    answer = await asha.post(
        "/v1/accounts", json={"broker": "groww", "credentials": {"access_token": "good"}}
    )
    assert answer.status_code == 201
    assert answer.json()["login_url"] is None
    assert answer.json()["account"]["state"] == "connected"


async def test_wrong_keys_leave_no_account_and_show_the_brokers_words(person: Login) -> None:
    asha = await person("asha")
    answer = await asha.post(
        "/v1/accounts", json={"broker": "groww", "credentials": {"access_token": "wrong"}}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "broker_rejected")
    assert answer.json()["detail"] == "this code is not known"
    assert answer.json()["broker_code"] == "BAD_CODE"
    assert (await asha.get("/v1/accounts")).json() == []


@ON_SQLITE
@pytest.mark.parametrize(
    ("broker", "credentials", "field"),
    [
        ("zerodha", {}, "credentials.api_key"),
        ("zerodha", {"api_key": "key", "api_secret": " "}, "credentials.api_secret"),
        ("zerodha", {**KEYS, "pin": "1"}, "credentials.pin"),
        ("groww", {}, "credentials.api_key"),
        ("groww", {"access_token": "a\r\nX: y"}, "credentials.access_token"),
        ("groww", {"access_token": "é"}, "credentials.access_token"),
    ],
)
async def test_missing_and_unknown_fields_are_named(
    person: Login, broker: str, credentials: dict[str, str], field: str
) -> None:
    asha = await person("asha")
    answer = await asha.post("/v1/accounts", json={"broker": broker, "credentials": credentials})
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_an_unknown_broker_is_refused(person: Login) -> None:
    asha = await person("asha")
    answer = await asha.post("/v1/accounts", json={"broker": "robinhood", "credentials": {}})
    assert (answer.status_code, answer.json()["field"]) == (422, "broker")


async def test_a_login_works_once(person: Login) -> None:
    asha = await person("asha")
    _, state = await begin(asha)
    await come_back(asha, state)
    assert await come_back(asha, state) == "/brokers?error=login_state_invalid"


async def test_a_login_nobody_began_is_refused(person: Login) -> None:
    asha = await person("asha")
    assert await come_back(asha, "made-up") == "/brokers?error=login_state_invalid"
    answer = await asha.get("/v1/accounts/callback/zerodha")
    assert answer.headers["location"] == "/brokers?error=login_state_invalid"


async def test_a_login_of_another_broker_is_refused(person: Login) -> None:
    asha = await person("asha")
    _, state = await begin(asha, "zerodha")
    assert await come_back(asha, state, broker="upstox") == "/brokers?error=login_state_invalid"


async def test_a_login_ends_after_ten_minutes(person: Login, watch: Watch) -> None:
    asha = await person("asha")
    _, state = await begin(asha)
    watch.pass_time(minutes=10)
    assert await come_back(asha, state) == "/brokers?error=login_state_expired"


async def test_a_login_begun_by_someone_else_cannot_take_this_persons_account(
    person: Login, app: FastAPI
) -> None:
    thief = await person("thief")
    account, state = await begin(thief)
    async with browser(app) as victim:
        assert await come_back(victim, state) == "/brokers?error=login_other_browser"
    assert (await thief.get(f"/v1/accounts/{account}")).json()["state"] == "connecting"


async def test_two_logins_at_once_in_one_browser_both_work(person: Login) -> None:
    asha = await person("asha")
    _, first = await begin(asha, "zerodha")
    _, second = await begin(asha, "upstox")
    assert "connected=" in await come_back(asha, first, broker="zerodha")
    assert "connected=" in await come_back(asha, second, broker="upstox")


async def test_a_brokers_no_is_shown_with_its_words(person: Login) -> None:
    asha = await person("asha")
    account, state = await begin(asha)
    assert await come_back(asha, state, code="wrong") == "/brokers?error=broker_rejected"
    shown = (await asha.get(f"/v1/accounts/{account}")).json()
    assert (shown["state"], shown["last_error"]) == ("connecting", "this code is not known")


async def test_an_abandoned_login_makes_room_for_the_next(person: Login) -> None:
    asha = await person("asha")
    await begin(asha)
    account, _ = await begin(asha)
    assert [one["id"] for one in (await asha.get("/v1/accounts")).json()] == [account]


async def test_the_same_broker_account_is_never_there_twice(person: Login) -> None:
    asha = await person("asha")
    first = await connect(asha)
    assert await connect(asha) == first
    assert [one["id"] for one in (await asha.get("/v1/accounts")).json()] == [first]


async def test_two_accounts_at_one_broker_are_told_apart(person: Login) -> None:
    asha = await person("asha")
    await connect(asha)
    _, state = await begin(asha)
    await come_back(asha, state, code="other")
    shown = (await asha.get("/v1/accounts")).json()
    assert [(one["label"], one["broker_user_id"]) for one in shown] == [
        ("Zerodha", "AB1234"),
        ("Zerodha 2", "ZZ9999"),
    ]


async def test_logging_in_again_as_someone_else_is_refused(person: Login) -> None:
    asha = await person("asha")
    account = await connect(asha)
    answer = await asha.post(f"/v1/accounts/{account}/login", json={})
    state = state_of(answer.json()["login_url"])
    assert await come_back(asha, state, code="other") == "/brokers?error=other_broker_user"
    assert (await asha.get(f"/v1/accounts/{account}")).json()["broker_user_id"] == "AB1234"


async def test_logging_in_again_needs_no_keys_typed_again(person: Login, stubs: Stubs) -> None:
    asha = await person("asha")
    account = await connect(asha)
    answer = await asha.post(f"/v1/accounts/{account}/login", json={})
    assert await come_back(asha, state_of(answer.json()["login_url"])) == f"/brokers?connected={account}"
    assert stubs[BrokerId.ZERODHA].seen[-1] == KEYS


async def test_new_keys_replace_the_old_ones_only_when_the_login_succeeds(
    person: Login, stubs: Stubs
) -> None:
    asha = await person("asha")
    account = await connect(asha)
    new = {"api_key": "key2", "api_secret": "secret2"}
    answer = await asha.post(f"/v1/accounts/{account}/login", json={"credentials": new})
    await come_back(asha, state_of(answer.json()["login_url"]), code="wrong")
    assert stubs[BrokerId.ZERODHA].seen[-1] == new
    again = await asha.post(f"/v1/accounts/{account}/login", json={})
    await come_back(asha, state_of(again.json()["login_url"]))
    assert stubs[BrokerId.ZERODHA].seen[-1] == KEYS


async def test_secrets_are_sealed_in_the_database(person: Login, app: FastAPI) -> None:
    asha = await person("asha")
    await connect(asha)
    await begin(asha, "upstox")
    rows = await app.state.db.read(
        lambda conn: [
            str(dict(row))
            for table in (accounts, login_states)
            for row in conn.execute(select(table)).mappings()
        ]
    )
    assert len(rows) == 4
    assert not any("the app's secret" in row or "token of" in row for row in rows)


async def test_disconnecting_erases_the_secrets_and_forgets_the_account(person: Login, app: FastAPI) -> None:
    asha = await person("asha")
    account = await connect(asha)
    await asha.patch("/v1/users/me", json={"primary_account": account})
    assert (await asha.delete(f"/v1/accounts/{account}")).status_code == 204
    assert (await asha.get("/v1/accounts")).json() == []
    assert (await asha.get(f"/v1/accounts/{account}")).status_code == 404
    assert (await asha.get("/v1/users/me")).json()["primary_account"] is None
    query = select(accounts.c["credentials"], accounts.c["session"], accounts.c["state"])
    row = await app.state.db.read(lambda conn: conn.execute(query).one())
    assert tuple(row) == (None, None, "disconnected")


async def test_disconnecting_logs_out_at_the_broker_and_waits_for_no_answer(
    person: Login, stubs: Stubs
) -> None:
    broker = stubs[BrokerId.ZERODHA]
    asha = await person("asha")
    account = await connect(asha)
    broker.hold_back = asyncio.Event()
    broker.fails["end"] = BrokerUnavailable("down")
    assert (await asha.delete(f"/v1/accounts/{account}")).status_code == 204
    assert (await asha.get("/v1/accounts")).json() == []
    await until(lambda: broker.ended == ["token of AB1234 1"])
    broker.hold_back.set()


async def test_a_session_that_another_user_here_shares_is_not_ended(person: Login, stubs: Stubs) -> None:
    """Brokers give the same client and app the same session again."""
    broker = stubs[BrokerId.ZERODHA]
    asha, ravi = await person("asha"), await person("ravi")
    first, second = await connect(asha), await connect(ravi)
    assert (await asha.delete(f"/v1/accounts/{first}")).status_code == 204
    assert (await ravi.delete(f"/v1/accounts/{second}")).status_code == 204
    await until(lambda: broker.ended == ["token of AB1234 2"])


async def test_an_account_connected_again_after_disconnecting_keeps_its_orders_name(person: Login) -> None:
    asha = await person("asha")
    account = await connect(asha)
    await asha.delete(f"/v1/accounts/{account}")
    assert await connect(asha) == account


async def test_an_account_gets_a_new_label(person: Login) -> None:
    asha = await person("asha")
    account = await connect(asha)
    renamed = await asha.patch(f"/v1/accounts/{account}", json={"label": "Long term"})
    assert renamed.json()["label"] == "Long term"
    assert (await asha.patch(f"/v1/accounts/{account}", json={"label": " "})).status_code == 422


async def test_another_persons_account_does_not_exist_for_me(person: Login) -> None:
    asha, ravi = await person("asha"), await person("ravi")
    account = await connect(asha)
    assert (await ravi.get("/v1/accounts")).json() == []
    assert (await ravi.get(f"/v1/accounts/{account}")).status_code == 404
    assert (await ravi.delete(f"/v1/accounts/{account}")).status_code == 404
    assert (await ravi.patch(f"/v1/accounts/{account}", json={"label": "mine"})).status_code == 404
    assert (await ravi.post(f"/v1/accounts/{account}/login", json={})).status_code == 404
    assert (await asha.get(f"/v1/accounts/{account}")).json()["label"] == "Zerodha"


async def test_logging_in_twice_at_once_makes_one_token(person: Login, stubs: Stubs, app: FastAPI) -> None:
    asha = await person("asha")
    keys = {"api_key": "good", "api_secret": "secret"}
    made = await asha.post("/v1/accounts", json={"broker": "groww", "credentials": keys})
    account, before = AccountId(made.json()["account"]["id"]), stubs[BrokerId.GROWW].calls["session"]
    known = await app.state.db.read(lambda db: repository.by_id(db, account))
    await asyncio.gather(
        *(app.state.logins._minted_once(known, keys, Actor.program("test")) for _ in range(5))
    )
    assert stubs[BrokerId.GROWW].calls["session"] == before + 1
