"""No secret is where people look: in logs, addresses, answers, the API description, the database or the audit log.

A whole day of one user is lived over real HTTP, with everything that goes wrong; then all that was written is searched
for every secret of that day. Each is unlike any other text.
"""

from __future__ import annotations

import re
import sqlite3
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest

from mocks.launch import Sandbox
from tests.stories.product import Product, Trader, approve_login, eventually, order
from tests.traders import NewUser, sandbox_settings

PASSWORD = "vermilion-otter-parade-81"
NEW_PASSWORD = "indigo-lantern-harvest-27"
WRONG_PASSWORD = "ochre-walrus-mistake-55"
PROXY_PASSWORD = "s3cretProxyWord"


class Watched:
    """Every request and answer that went over the wire."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self.refusals: list[str] = []

    async def sent(self, request: httpx.Request) -> None:
        self.urls.append(str(request.url))

    async def came(self, answer: httpx.Response) -> None:
        self.urls.append(answer.headers.get("location", ""))
        if answer.status_code >= 400:
            await answer.aread()
            self.refusals.append(answer.text)


@pytest.fixture(params=["true", "false"], ids=["json logs", "console logs"])
async def talkative(
    request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path
) -> AsyncIterator[tuple[Product, Path]]:
    """A product that logs all it can."""
    words = {"TRADEMASTER_LOG_LEVEL": "DEBUG", "TRADEMASTER_LOG_JSON": request.param}
    product = Product(tmp_path, {**sandbox_settings(sandbox.urls), **words})
    await product.start()
    yield product, tmp_path / "data"
    await product.stop()


@pytest.mark.timeout(240)
async def test_no_secret_of_a_whole_day_is_written_anywhere(
    talkative: tuple[Product, Path], sandbox: Sandbox, new_user: NewUser
) -> None:
    product, data = talkative
    watched, secrets = Watched(), dict[str, str]()
    hooks: dict[str, Any] = {"request": [watched.sent], "response": [watched.came]}
    async with httpx.AsyncClient(
        base_url=product.url, trust_env=False, timeout=20, event_hooks=hooks
    ) as http:
        trader = Trader(http)
        await _person(trader, secrets)
        await _broker(trader, new_user, sandbox, secrets)
        await _programs(trader, secrets)
        await _mistakes(trader, sandbox, secrets)
        described = (await http.get("/openapi.json")).text
        audit = (await http.get("/v1/audit")).text
    for name in ("master.key", "jwt.key"):
        secrets[name] = (data / name).read_text().split()[0]
    await product.stop()

    kept = "\n".join(_rows(data / "trademaster.db"))
    searched = {
        "the logs": product.log(),
        "addresses": "\n".join(watched.urls),
        "refusals": "\n".join(watched.refusals),
        "the description": described,
        "the audit log": audit,
        "the database": kept,
    }
    assert "access token" in searched["refusals"]  # something was refused, and something logged and kept
    assert "serving" in searched["the logs"]
    assert trader.email in searched["the database"]
    found = [
        (where, name)
        for where, text in searched.items()
        for name, secret in secrets.items()
        if secret in text
    ]
    assert found == []
    assert len(secrets) >= 24


async def _person(trader: Trader, secrets: dict[str, str]) -> None:
    """Sign-up, login, a wrong one, a second factor, another password."""
    secrets |= {"password": PASSWORD, "new password": NEW_PASSWORD, "wrong password": WRONG_PASSWORD}
    who = {"email": trader.email, "password": PASSWORD}
    await trader.call("POST", "/v1/users/signup", json=who)
    await trader.call("POST", "/v1/users/login", json=who | {"password": WRONG_PASSWORD}, expect=401)
    answer = await trader.http.post("/v1/users/login", json=who)
    secrets["access token"] = answer.json()["access_token"]
    secrets["refresh token"] = trader.http.cookies["tm_refresh"]
    trader.http.headers["authorization"] = f"Bearer {secrets['access token']}"
    changed = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
    await trader.call("POST", "/v1/users/me/password", json=changed)
    begun = await trader.call("POST", "/v1/users/me/second-factor")
    secret = secrets["second factor"] = begun["secret"]
    await trader.call("POST", "/v1/users/me/second-factor/confirm", json={"code": "000000"}, expect=422)
    code = {"code": pyotp.TOTP(secret).now()}
    confirmed = await trader.call("POST", "/v1/users/me/second-factor/confirm", json=code)
    for number, one in enumerate(confirmed["recovery_codes"]):
        secrets[f"recovery code {number}"] = one
    again = {"email": trader.email, "password": NEW_PASSWORD}
    await trader.call("POST", "/v1/users/login", json=again, expect=401)
    await trader.call("POST", "/v1/users/login", json=again | {"totp": confirmed["recovery_codes"][0]})
    await trader.call("POST", "/v1/users/refresh")
    secrets["next refresh token"] = trader.http.cookies["tm_refresh"]


async def _broker(trader: Trader, new_user: NewUser, sandbox: Sandbox, secrets: dict[str, str]) -> None:
    """Logins at brokers of both kinds, an order, a postback, a proxy with a password."""
    kite, groww = new_user("kite"), new_user("groww")
    secrets |= {"groww key": groww["api_key"], "groww secret": groww["api_secret"]}
    account = await trader.connect(groww)
    begun = await trader.call("POST", "/v1/accounts", json={"broker": "zerodha", "label": "kite"})
    landed = await approve_login(begun["login_url"], kite["user_id"], trader.http.cookies)
    callback = next(one for one in landed.history if "request_token" in str(one.url))
    secrets["request token"] = str(callback.url.params["request_token"])
    assert callback.status_code == 303
    assert secrets["request token"] not in callback.headers["location"]  # nor in the browser's history
    secrets["app secret"] = "sandboxdemo-secret"
    proxy = {"proxy_url": f"http://someone:{PROXY_PASSWORD}@127.0.0.1:9"}
    secrets["proxy password"] = PROXY_PASSWORD
    await trader.call("PUT", f"/v1/accounts/{account}/proxy", json=proxy)
    await trader.call("DELETE", f"/v1/accounts/{account}/proxy")
    await trader.settled()
    await trader.place("BUY 1 NSE:INFY CNC MARKET")
    told = await trader.call("POST", f"/v1/accounts/{begun['account']['id']}/postback")
    address = told["url"]
    secrets["postback signature"] = address.rpartition(".")[2]
    # To the address as a broker would: it is a secret of its own, so it is not watched here.
    async with httpx.AsyncClient(trust_env=False) as poster:
        await poster.post(
            re.sub(r"^https?://[^/]+", str(trader.http.base_url).rstrip("/"), address), json={"order_id": "1"}
        )


async def _programs(trader: Trader, secrets: dict[str, str]) -> None:
    """A personal token, a hook with its secret, an alert to it."""
    made = await trader.http.post(
        "/v1/users/me/tokens", json={"name": "a program", "scopes": ["read", "trade"]}
    )
    assert made.status_code == 201, made.text
    secrets["personal token"] = made.json()["token"]
    hook = await trader.call(
        "POST", "/v1/hooks", json={"name": "x", "token": made.json()["id"], "rules": {"product": "CNC"}}
    )
    secrets["hook secret"] = hook["secret"]
    body = {"secret": hook["secret"], "ticker": "INFY", "exchange": "NSE", "action": "buy", "contracts": "x"}
    await trader.http.post(f"/v1/hooks/tradingview/{hook['id']}", json=body)
    program = {"authorization": f"Bearer {secrets['personal token']}"}
    await trader.http.get("/v1/portfolio", headers=program)
    await trader.http.put("/v1/users/me/policy", headers=program, json={})


async def _mistakes(trader: Trader, sandbox: Sandbox, secrets: dict[str, str]) -> None:
    """Bad tokens, bad input with secrets in the wrong place, a broker that fails in every way."""
    forged = secrets["access token"][:-4] + "AAAA"
    for header in (f"Bearer {forged}", f"bearer {secrets['access token']} x", secrets["access token"]):
        await trader.http.get("/v1/users/me", headers={"authorization": header})
    secrets["forged token"] = forged
    await trader.http.post("/v1/users/login", json={"email": PASSWORD, "password": PASSWORD, "extra": 1})
    await trader.http.post("/v1/users/login", json={"email": trader.email, "password": [PASSWORD]})
    await trader.http.post("/v1/users/login", content=f'{{"password": "{PASSWORD}"')
    await trader.http.post(
        "/v1/accounts", json={"broker": "groww", "credentials": {"api_key": secrets["groww key"]}}
    )
    for fault in ("error_5xx_before", "drop_request", "expire_token"):
        sandbox.post("/faults", {"broker": "groww", "fault": fault, "times": 3})
    placed = order("BUY 1 NSE:INFY CNC MARKET")
    for _ in range(2):
        await trader.http.post("/v1/orders", json=placed, headers={"idempotency-key": uuid.uuid4().hex})
    await eventually(lambda: trader.http.get("/readyz"), lambda answer: answer.is_success)


def _rows(database: Path) -> list[str]:
    """Every value of every table as text."""
    with sqlite3.connect(database) as connection:
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return [str(row) for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')]
