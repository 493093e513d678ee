"""A program that logs in as at Kite, and what a stranger makes of that."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from kiteconnect import KiteConnect, exceptions

from tests.orchestrator.conftest import browser
from tests.orchestrator.kite.programs import Owner, Program, a_program
from tests.stories.product import Product, eventually

KITE = {"X-Kite-Version": "3"}
REST = ("regular", "NSE", "INFY", "BUY", 3, "CNC", "LIMIT", 1400.1)


async def test_a_login_gives_the_token_back_and_makes_nothing(program: Program, running: Product) -> None:
    kite = KiteConnect(program.api_key, root=running.url)
    token = program.access_token
    session = await asyncio.to_thread(kite.generate_session, token, token)
    assert (session["access_token"], session["broker"], session["refresh_token"]) == (token, "VIRTUAL", "")
    assert (await asyncio.to_thread(kite.profile))["user_id"] == session["user_id"]
    with pytest.raises(exceptions.PermissionException, match="ended by its user"):
        await asyncio.to_thread(kite.invalidate_access_token)
    assert await program.call("profile")
    with pytest.raises(exceptions.GeneralException, match="refresh tokens"):
        await asyncio.to_thread(kite.renew_access_token, "none", token)


async def test_a_login_needs_the_token_and_its_checksum(program: Program, running: Product) -> None:
    token = program.access_token
    for api_key, request_token, secret in (
        (program.api_key, token, "secret"),
        (program.api_key, "guess", "guess"),
        ("tm_AAAAAAAAAAAA", token, token),
        (program.api_key, token[:-1], token[:-1]),
    ):
        kite = KiteConnect(api_key, root=running.url)
        with pytest.raises(exceptions.TokenException, match="Incorrect"):
            await asyncio.to_thread(kite.generate_session, request_token, secret)


@pytest.fixture
def http(running: Product) -> Any:
    return httpx.AsyncClient(base_url=running.url, trust_env=False)


async def test_only_who_speaks_kite_is_led_there(program: Program, http: httpx.AsyncClient) -> None:
    keys = {"Authorization": f"token {program.api_key}:{program.access_token}"}
    async with http:
        assert (await http.get("/kite/user/profile", headers=keys)).json()["status"] == "success"
        assert (await http.get("/user/profile", headers=keys | KITE)).json()["status"] == "success"
        assert "text/html" in (await http.get("/user/profile", headers=keys)).headers["content-type"]
        # Our own API stays where it is, and takes no token in Kite's form.
        ours = await http.get("/v1/orders", headers=keys | KITE)
        assert (ours.status_code, ours.headers["content-type"]) == (401, "application/problem+json")
        # And a bearer token, even a good one, is no way in here.
        bearer = {"Authorization": f"Bearer {program.access_token}"}
        assert (await http.get("/kite/user/profile", headers=bearer)).json()["error_type"] == "TokenException"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/kite/nothing", 404),
        ("GET", "/kite//v1/orders", 404),
        ("GET", "/kite/%2e%2e/v1/orders", 404),
        ("GET", "/kite/orders/..%2f..%2fv1", 404),
        ("PATCH", "/kite/orders", 405),
        ("POST", "/kite/orders/regular", 403),
        ("GET", "/kite/user/margins", 403),
        ("GET", "/kite/mf/holdings", 403),
    ],
)
async def test_every_refusal_is_in_kites_form(
    http: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    async with http:
        answer = await http.request(method, path, headers=KITE)
    body = answer.json()
    assert answer.status_code == status
    assert (body["status"], body["data"]) == ("error", None)
    assert body["error_type"].endswith("Exception")
    assert body["message"]


async def test_a_field_that_is_given_twice_or_a_body_too_long_is_refused(
    program: Program, http: httpx.AsyncClient
) -> None:
    headers = {
        "Authorization": f"token {program.api_key}:{program.access_token}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    async with http:
        for body in ("quantity=1&quantity=1000&exchange=NSE", "x=" + "y" * 300_000):
            answer = await http.post("/kite/orders/regular", content=body, headers=headers)
            assert (answer.status_code, answer.json()["error_type"]) == (400, "InputException")
        keyed = headers | {"Idempotency-Key": "k" * 65}
        body = "exchange=NSE&tradingsymbol=INFY&transaction_type=BUY&quantity=1&product=CNC&order_type=MARKET"
        assert (await http.post("/kite/orders/regular", content=body, headers=keyed)).status_code == 400


async def test_a_nul_character_is_refused_before_any_database_is_asked(app: FastAPI) -> None:
    named = {"content-type": "application/x-www-form-urlencoded"}
    async with browser(app) as client:
        for body in (
            "api_key=tm_%00&request_token=x&checksum=y",
            "api_key=a&request_token=x&checksum=y&%00=z",
        ):
            answer = await client.post("/kite/session/token", content=body, headers=named)
            assert (answer.status_code, answer.json()["error_type"]) == (400, "InputException")


async def test_one_key_is_one_order_however_many_ask_at_once(
    program: Program, http: httpx.AsyncClient
) -> None:
    form = dict(zip(("exchange", "tradingsymbol", "transaction_type", "quantity"), REST[1:5], strict=True))
    form |= {"product": "CNC", "order_type": "LIMIT", "price": 1400.1, "tag": "racing"}
    headers = {
        "Authorization": f"token {program.api_key}:{program.access_token}",
        "Idempotency-Key": "kite-race-1",
    }
    async with http:
        asked = [http.post("/kite/orders/regular", data=form, headers=headers) for _ in range(8)]
        answers = await asyncio.gather(*asked)
    ids = {one.json()["data"]["order_id"] for one in answers}
    assert len(ids) == 1
    (order_id,) = ids
    assert (await program.order(order_id))["tag"] == "racing"
    await program.call("cancel_order", "regular", order_id)


async def test_an_order_that_waits_for_its_user_says_so_and_comes_when_it_is_approved(
    running: Product, owner: Owner
) -> None:
    asking = await a_program(running, owner, order_value="1000.00", on_breach="ask")
    with pytest.raises(exceptions.PermissionException, match=r"Nothing was sent.*waiting"):
        await asking.call("place_order", *REST, tag="once-approved")
    (waiting,) = (await owner.call("GET", "/v1/approvals"))["items"]
    await owner.call(
        "POST", f"/v1/approvals/{waiting['id']}/approve", json={"plan_hash": waiting["plan_hash"]}
    )

    async def tagged() -> list[dict[str, Any]]:
        return [one for one in await asking.call("orders") if one["tag"] == "once-approved"]

    (row,) = await eventually(tagged, lambda rows: len(rows) == 1)
    assert await asking.call("place_order", *REST, tag="once-approved") == row["order_id"]
    await asking.call("cancel_order", "regular", row["order_id"])
