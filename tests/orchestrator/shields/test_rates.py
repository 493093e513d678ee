"""How often one may ask, who is counted together, and that the way out stays open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection

from orchestrator.config import Settings
from orchestrator.errors import Problem
from orchestrator.shields.kinds import Kind
from orchestrator.shields.rates import Payer, Rates, Taken, parse_rates
from orchestrator.tokens import repository, text
from orchestrator.tokens.repository import Token
from tests.orchestrator.conftest import PASSWORD
from tests.orchestrator.shields.conftest import Reach
from tests.services import free_port

ASHA, BINA = Payer("usr_asha"), Payer("usr_bina")
NARROW: dict[str, object] = {
    "rate_address": "1000/day",
    "rate_logins": "6/day",
    "rate_reads": "8/day",
    "rate_writes": "4/day",
    "rate_orders": "2/day",
    "rate_exits": "4/day",
}
Made = Callable[..., Rates]


@pytest.fixture(params=["here", "redis"])
async def made(request: pytest.FixtureRequest, settings: Settings) -> AsyncIterator[Made]:
    """Counts of one process, once by itself and once with Redis."""
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    opened: list[Rates] = []

    def make(**changes: object) -> Rates:
        opened.append(Rates(settings.model_copy(update=NARROW | {"redis_url": url} | changes)))
        return opened[-1]

    yield make
    for one in opened:
        await one.close()


async def _let_in(
    rates: Rates, kind: Kind, payer: Payer | None, times: int, address: str = "10.0.0.1"
) -> int:
    let_in = 0
    for _ in range(times):
        try:
            await rates.from_caller(kind, address, payer, Taken())
            let_in += 1
        except Problem as problem:
            if problem.code != "rate_limited":
                raise
    return let_in


async def test_each_user_has_room_of_their_own_for_each_kind(made: Made) -> None:
    rates = made()
    assert await _let_in(rates, Kind.ORDER, ASHA, 9) == 2
    assert await _let_in(rates, Kind.ORDER, BINA, 9) == 2
    assert await _let_in(rates, Kind.WRITE, ASHA, 9) == 4
    assert await _let_in(rates, Kind.EXIT, ASHA, 9) == 4


async def test_a_token_has_half_and_leaves_its_user_the_rest(made: Made) -> None:
    rates = made()
    assert await _let_in(rates, Kind.READ, Payer("usr_asha", "tok_1"), 9) == 4
    assert await _let_in(rates, Kind.READ, ASHA, 9) == 4


async def test_logins_are_counted_by_address_whoever_they_are_for(made: Made) -> None:
    rates = made()
    assert await _let_in(rates, Kind.LOGIN, None, 9) == 6
    assert await _let_in(rates, Kind.LOGIN, None, 9, address="10.0.0.2") == 6


async def test_all_addresses_of_one_subscriber_are_counted_together(made: Made) -> None:
    rates = made(rate_address="6/day")
    let_in = [await _let_in(rates, Kind.LOGIN, None, 1, address=f"2001:db8:0:1::{one:x}") for one in range(9)]
    assert sum(let_in) == 6
    for one in range(6):
        rates.from_address(f"2001:db8:0:1::{one:x}", Taken())
    with pytest.raises(Problem):
        rates.from_address("2001:db8:0:1:ffff::", Taken())
    rates.from_address("2001:db8:0:2::", Taken())


async def test_what_a_second_refuses_does_not_use_up_the_minute(made: Made) -> None:
    rates = made(rate_orders="1/hour;3/day")
    assert await _let_in(rates, Kind.ORDER, ASHA, 9) == 1
    taken = Taken()
    with pytest.raises(Problem):
        await rates.from_caller(Kind.ORDER, "", ASHA, taken)
    assert [one.rule.name for one in taken.standings] == ["orders-hour"]


async def test_headers_tell_the_policy_and_what_is_left(made: Made) -> None:
    rates, taken = made(), Taken()
    await rates.from_caller(Kind.WRITE, "", Payer("usr_asha", "tok_1"), taken)
    told = taken.headers()
    assert told["ratelimit-policy"] == '"token-writes-day";q=2;w=86400, "writes-day";q=4;w=86400'
    assert told["ratelimit"].startswith('"token-writes-day";r=1;t=')
    assert '"writes-day";r=3;t=' in told["ratelimit"]


async def test_processes_count_together_over_redis(redis_url: str, settings: Settings) -> None:
    both = [Rates(settings.model_copy(update=NARROW | {"redis_url": redis_url})) for _ in range(2)]
    assert await _let_in(both[0], Kind.WRITE, ASHA, 3) == 3
    assert await _let_in(both[1], Kind.WRITE, ASHA, 3) == 1
    for one in both:
        await one.close()


async def test_without_an_answer_of_redis_a_process_counts_by_itself(settings: Settings) -> None:
    gone = f"redis://127.0.0.1:{free_port()}/0"
    rates = Rates(settings.model_copy(update=NARROW | {"redis_url": gone}))
    assert await _let_in(rates, Kind.ORDER, ASHA, 9) == 2  # neither an open door nor an outage
    taken = Taken()
    await rates.from_caller(Kind.WRITE, "", ASHA, taken)
    assert taken.headers()["ratelimit"].count("writes-day") == 1
    await rates.close()


@pytest.mark.parametrize("text", ["10", "ten/second", "10/fortnight", "-1/second"])
def test_a_rate_that_cannot_be_read_is_no_setting(text: str) -> None:
    with pytest.raises(ValueError, match="write rates as"):
        Settings(rate_reads=text, _env_file=None)


def test_no_rate_is_no_limit() -> None:
    assert parse_rates(" ") == ()


# --- over HTTP ---------------------------------------------------------------------------------------------------


async def _person(client: httpx.AsyncClient, name: str = "asha") -> dict[str, str]:
    body = {"email": f"{name}@trademaster.test", "password": PASSWORD}
    await client.post("/v1/users/signup", json=body)
    token = (await client.post("/v1/users/login", json=body)).json()["access_token"]
    return {"authorization": f"Bearer {token}"}


async def _statuses(client: httpx.AsyncClient, times: int, method: str, path: str, **more: Any) -> list[int]:
    return [(await client.request(method, path, **more)).status_code for _ in range(times)]


async def test_a_refusal_says_the_rule_and_how_long_to_wait(reach: Reach) -> None:
    client = await reach(**NARROW)
    me = await _person(client)
    statuses = await _statuses(client, 9, "GET", "/v1/users/me", headers=me)
    assert statuses == [200] * 8 + [429]
    no = await client.get("/v1/users/me", headers=me)
    problem = no.json()
    assert (problem["code"], problem["limit"]) == ("rate_limited", "reads-day")
    assert problem["rule"] == "at most 8 in 86400 seconds for a user"
    assert 1 <= int(no.headers["retry-after"]) <= 86400
    assert '"reads-day";r=0' in no.headers["ratelimit"]
    assert no.headers["x-content-type-options"] == "nosniff"


async def test_who_has_used_up_the_orders_still_gets_out(reach: Reach) -> None:
    client = await reach(**NARROW)
    me = await _person(client)
    order = {"exchange": "NSE", "symbol": "INFY", "side": "BUY", "order_type": "MARKET", "quantity": 1}
    keyed = [me | {"idempotency-key": str(number)} for number in range(5)]
    placed = [(await client.post("/v1/orders", headers=one, json=order)).status_code for one in keyed]
    assert placed[2:] == [429] * 3
    assert 429 not in placed[:2]
    assert (await client.post("/v1/kill-switch", headers=me, json={})).status_code != 429
    assert (await client.delete("/v1/orders/ord_none", headers=me)).status_code == 404


async def test_a_flood_from_the_same_address_does_not_bar_the_way_out(reach: Reach) -> None:
    client = await reach(**NARROW | {"rate_address": "20/day"})
    me = await _person(client)
    assert 429 in await _statuses(client, 25, "GET", "/v1/meta")
    assert (await client.get("/v1/users/me", headers=me)).status_code == 429
    assert (await client.delete("/v1/orders/ord_none", headers=me)).status_code == 404
    nobody = {"authorization": "Bearer nonsense"}
    assert (await client.delete("/v1/orders/ord_none", headers=nobody)).status_code == 429


async def test_a_flood_that_calls_itself_a_way_out_looks_nothing_up(
    reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, find = [], repository.find

    def counted(conn: Connection, token_id: str) -> Token | None:
        looked.append(token_id)
        return find(conn, token_id)

    monkeypatch.setattr(repository, "find", counted)
    client = await reach(**NARROW | {"rate_address": "20/day"})
    for _ in range(60):
        wellformed = {"authorization": f"Bearer {text.make()[0]}"}
        await client.delete("/v1/orders/ord_none", headers=wellformed)
    assert len(looked) == 40  # each of the twenty that the address may, at the door and by the endpoint


async def test_a_token_that_was_used_before_still_gets_out_of_a_flood(reach: Reach) -> None:
    client = await reach(**NARROW | {"rate_address": "20/day"})
    me = await _person(client)
    asked = {"name": "bot", "scopes": ["read", "trade"]}
    token = (await client.post("/v1/users/me/tokens", json=asked, headers=me)).json()["token"]
    bot = {"authorization": f"Bearer {token}"}
    assert (await client.get("/v1/accounts", headers=bot)).status_code == 200
    assert 429 in await _statuses(client, 25, "GET", "/v1/meta")
    assert (await client.delete("/v1/orders/ord_none", headers=bot)).status_code == 404


async def test_a_call_in_kites_form_is_counted_for_its_holder(reach: Reach) -> None:
    client = await reach(**NARROW)
    token = (await _person(client))["authorization"].removeprefix("Bearer ")
    kite = {"authorization": f"token key:{token}", "x-kite-version": "3"}
    statuses = await _statuses(client, 9, "GET", "/kite/orders", headers=kite)
    assert statuses[8] == 429
    assert 429 not in statuses[:8]


async def test_a_stranger_with_a_bad_token_uses_up_nobodys_room(reach: Reach) -> None:
    client = await reach(**NARROW)
    me = await _person(client)
    forged = {"authorization": me["authorization"][:-4] + "AAAA"}
    assert set(await _statuses(client, 12, "GET", "/v1/users/me", headers=forged)) == {401}
    assert (await client.get("/v1/users/me", headers=me)).status_code == 200


async def test_the_defaults_leave_a_busy_screen_alone(reach: Reach) -> None:
    client = await reach()
    me = await _person(client)
    assert set(await _statuses(client, 300, "GET", "/v1/users/me", headers=me)) == {200}
