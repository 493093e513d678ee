"""The leave to sell is begun for one's own account, at a broker one is logged in to, and its words reach the person."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from domain.account import AccountId, BrokerId
from domain.errors import BrokerError, BrokerRejected, BrokerUnavailable, SessionExpired
from tests.orchestrator.accounts.conftest import connect
from tests.orchestrator.conftest import Login
from tests.orchestrator.stub_broker import StubAdapter
from tests.services import ON_SQLITE

SHARES = {"exchange": "NSE", "symbol": "infy", "quantity": 20}


@pytest.fixture(autouse=True)
def _users(stubs: dict[BrokerId, StubAdapter]) -> None:
    for stub in stubs.values():
        stub.users = {"good": "AB1234"}


async def begin(client: httpx.AsyncClient, account: str, **changes: Any) -> httpx.Response:
    return await client.post(f"/v1/accounts/{account}/authorisation", json={**SHARES, **changes})


async def test_where_no_page_is_given_the_words_say_what_to_do(person: Login) -> None:
    asha = await person("asha")
    begun = await begin(asha, await connect(asha))
    assert (begun.status_code, begun.json()) == (200, {"url": None, "words": "no depository here"})


async def test_it_is_begun_for_ones_own_account_only(person: Login) -> None:
    asha, ravi = await person("asha"), await person("ravi")
    account = await connect(asha)
    assert (await begin(ravi, account)).status_code == 404
    assert (await begin(asha, AccountId("acc_none"))).status_code == 404


@ON_SQLITE
@pytest.mark.parametrize("wrong", [{"quantity": 0}, {"quantity": "20"}, {"symbol": ""}, {"exchange": "LSE"}])
async def test_shares_that_are_none_are_refused(wrong: dict[str, Any], person: Login) -> None:
    asha = await person("asha")
    assert (await begin(asha, await connect(asha), **wrong)).status_code == 422


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (BrokerRejected("INFY is not held"), 409, "broker_rejected"),
        (BrokerUnavailable("no answer"), 503, "broker_unavailable"),
        (SessionExpired("log in"), 409, "login_needed"),
    ],
)
async def test_what_the_broker_says_reaches_the_person(
    failure: BrokerError, status: int, code: str, person: Login, stubs: dict[BrokerId, StubAdapter]
) -> None:
    asha = await person("asha")
    account = await connect(asha)
    stubs[BrokerId.ZERODHA].fails["authorisation"] = failure
    answer = await begin(asha, account)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
