"""A person lets a program in by the browser, as at Kite: with the official SDK, unmodified but for where it logs in."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import websockets
from kiteconnect import KiteConnect, exceptions

from tests.orchestrator.kite.programs import Owner, Program, a_program
from tests.stories.product import Product, a_trader

BACK = "https://strategy.example/kite"
KITE = {"X-Kite-Version": "3"}


def path_of(program: Program) -> str:
    return f"/v1/users/me/tokens/{program.api_key.removeprefix('tm_')}/kite"


class App:
    """A program that its owner lets in; `kite` is the SDK without any access token."""

    def __init__(self, running: Product, owner: Owner, program: Program, secret: str) -> None:
        self.running, self.owner, self.program, self.secret = running, owner, program, secret
        self.path = path_of(program)
        self.kite = KiteConnect(program.api_key, root=running.url)
        self.kite._default_login_uri = f"{running.url}/kite/connect/login"

    async def agree(self, **given: Any) -> dict[str, str]:
        """What the browser brings back to the program."""
        told = await self.owner.call("POST", f"{self.path}/logins", json=given)
        where = urlsplit(told["redirect_url"])
        assert f"{where.scheme}://{where.netloc}{where.path}" == BACK
        return {name: values[0] for name, values in parse_qs(where.query).items()}

    async def exchange(self, request_token: str, secret: str = "") -> Any:
        return await asyncio.to_thread(self.kite.generate_session, request_token, secret or self.secret)

    async def profile(self) -> Any:
        return await asyncio.to_thread(self.kite.profile)


@pytest.fixture
async def app(running: Product, owner: Owner) -> App:
    program = await a_program(running, owner)
    made = await owner.call("PUT", path_of(program), json={"redirect_url": BACK})
    assert (made["api_key"], made["redirect_url"], made["logins"]) == (program.api_key, BACK, 0)
    return App(running, owner, program, made["api_secret"])


async def test_the_sdk_logs_in_by_the_browser_trades_and_logs_out(app: App) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        led = await http.get(
            f"{app.kite.login_url()}&redirect_params=a%3D1&redirect_url=https://evil.example"
        )
    assert (led.status_code, led.headers["location"]) == (
        303,
        f"/connect/login?api_key={app.program.api_key}&redirect_params=a%3D1",
    )
    assert led.headers["x-frame-options"] == "DENY"
    brought = await app.agree(redirect_params="account=7&b=")
    assert (brought["action"], brought["status"], brought["account"]) == ("login", "success", "7")

    session = await app.exchange(brought["request_token"])
    assert session["access_token"] not in (app.program.access_token, brought["request_token"])
    assert (await app.profile())["user_id"] == session["user_id"]
    order = await asyncio.to_thread(
        app.kite.place_order, "regular", "NSE", "INFY", "BUY", 1, "CNC", "LIMIT", price=1400.1
    )
    await asyncio.to_thread(app.kite.cancel_order, "regular", order)
    assert (await app.owner.call("GET", app.path))["logins"] == 1

    assert await asyncio.to_thread(app.kite.invalidate_access_token) is True
    with pytest.raises(exceptions.TokenException, match="Incorrect"):
        await app.profile()
    assert (await app.owner.call("GET", app.path))["logins"] == 0
    kinds = [one["action"] for one in (await app.owner.call("GET", "/v1/audit"))["items"]]
    assert [kind for kind in kinds if kind.startswith("kite_login")][:3] == [
        "kite_login.ended",
        "kite_login",
        "kite_login.agreed",
    ]


async def test_a_request_token_is_good_once_for_its_own_program_and_with_its_secret(
    app: App, running: Product, owner: Owner
) -> None:
    other = await a_program(running, owner)
    made = await owner.call("PUT", path_of(other), json={"redirect_url": BACK})
    token = (await app.agree())["request_token"]
    thief = App(running, owner, other, made["api_secret"])
    for wrong in ("guess", app.program.access_token, made["api_secret"]):
        with pytest.raises(exceptions.TokenException, match="Incorrect"):
            await app.exchange(token, wrong)
    with pytest.raises(exceptions.TokenException, match="Incorrect"):
        await thief.exchange(token)  # another program's checksum is right, and the token is not its own
    with pytest.raises(exceptions.TokenException, match="Incorrect"):
        await app.exchange(app.secret)
    # None of that used it up; and of many who ask at once one gets a session.
    answers = await asyncio.gather(*(app.exchange(token) for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(one, dict) for one in answers) == 1
    assert all(isinstance(one, dict | exceptions.TokenException) for one in answers)
    (session,) = [one for one in answers if isinstance(one, dict)]
    # What it gave is no key to the other program, nor to our own API, nor is the secret one.
    thief.kite.set_access_token(session["access_token"])
    with pytest.raises(exceptions.TokenException, match="Incorrect"):
        await thief.profile()
    async with httpx.AsyncClient(base_url=running.url, trust_env=False) as http:
        for text in (session["access_token"], app.secret, token):
            assert (
                await http.get("/v1/orders", headers={"authorization": f"Bearer {text}"})
            ).status_code == 401


async def test_the_login_ends_with_the_secret_the_text_and_the_token(app: App) -> None:
    await app.exchange((await app.agree())["request_token"])
    renewed = await app.owner.call("POST", f"{app.path}/secret")
    assert renewed["logins"] == 0
    with pytest.raises(exceptions.TokenException):
        await app.profile()
    old = (await app.agree())["request_token"]
    with pytest.raises(exceptions.TokenException):
        await app.exchange(old)
    app.secret = renewed["api_secret"]
    await app.exchange(old)
    assert await app.profile()
    await app.owner.call("POST", f"{app.path.removesuffix('/kite')}/rotate", json={})
    with pytest.raises(exceptions.TokenException):
        await app.profile()
    await app.exchange((await app.agree())["request_token"])
    assert await app.profile()
    await app.owner.call("DELETE", app.path)
    with pytest.raises(exceptions.TokenException):
        await app.profile()


async def test_a_policy_and_a_revocation_hold_in_a_login_by_the_browser(
    running: Product, owner: Owner
) -> None:
    program = await a_program(running, owner, scopes="read")
    made = await owner.call("PUT", path_of(program), json={"redirect_url": BACK})
    app = App(running, owner, program, made["api_secret"])
    await app.exchange((await app.agree())["request_token"])
    with pytest.raises(exceptions.PermissionException):
        await asyncio.to_thread(app.kite.place_order, "regular", "NSE", "INFY", "BUY", 1, "CNC", "MARKET")
    url = f"{running.url.replace('http', 'ws')}/kite/ws?api_key={program.api_key}&access_token="
    async with websockets.connect(f"{url}{app.kite.access_token}", proxy=None) as socket:
        await owner.call("DELETE", app.path.removesuffix("/kite"))
        told = await asyncio.wait_for(_text(socket), 60)
        assert "revoked" in told["data"]
    with pytest.raises(exceptions.TokenException, match="revoked"):
        await app.profile()


async def _text(socket: Any) -> Any:
    while not isinstance(message := await socket.recv(), str):
        continue
    return json.loads(message)


async def test_only_the_tokens_own_user_may_agree_and_at_a_login(app: App, running: Product) -> None:
    calls: tuple[tuple[str, str, dict[str, str] | None], ...] = (
        ("GET", "", None),
        ("PUT", "", {"redirect_url": "https://evil.example/"}),
        ("POST", "/secret", None),
        ("POST", "/logins", {}),
        ("DELETE", "", None),
    )
    async with a_trader(running) as stranger:
        for method, tail, body in calls:
            answer = await stranger.http.request(method, f"{app.path}{tail}", json=body)
            assert answer.status_code == 404, (method, tail)
    async with httpx.AsyncClient(base_url=running.url, trust_env=False) as http:
        program = {"authorization": f"Bearer {app.program.access_token}"}
        for method, tail, body in calls:
            for headers, status in (({}, 401), (program, 403)):
                answer = await http.request(method, f"{app.path}{tail}", json=body, headers=headers)
                assert answer.status_code == status, (method, tail)
        # A form of another site, which a browser sends with whatever cookie there is, is no login.
        forged = await http.post(
            f"{app.path}/logins", data={"redirect_params": ""}, headers={"origin": "https://evil.example"}
        )
        assert forged.status_code in (401, 403)
    assert (await app.owner.call("GET", app.path))["redirect_url"] == BACK


async def test_an_address_or_words_of_ours_are_refused_by_name(app: App) -> None:
    async with app.owner.trader() as trader:
        for url in ("http://strategy.example/", "javascript:alert(1)", "https://a.example/?status=success"):
            answer = await trader.http.put(app.path, json={"redirect_url": url})
            assert (answer.status_code, answer.json()["field"]) == (422, "redirect_url")
        answer = await trader.http.post(f"{app.path}/logins", json={"redirect_params": "request_token=mine"})
        assert (answer.status_code, answer.json()["field"]) == (422, "redirect_params")


async def test_the_page_that_asks_is_never_in_a_frame_and_never_led_to_kite(
    app: App, running: Product
) -> None:
    """Programs say X-Kite-Version, and follow redirects: the page is the web's for them, too."""
    async with httpx.AsyncClient(base_url=running.url, trust_env=False) as http:
        for headers in ({}, KITE):
            page = await http.get("/connect/login", params={"api_key": app.program.api_key}, headers=headers)
            assert "text/html" in page.headers["content-type"]
            assert page.headers["x-frame-options"] == "DENY"
            assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


async def test_kites_checksum_is_what_lets_a_program_in(app: App, running: Product) -> None:
    token = (await app.agree())["request_token"]
    proof = hashlib.sha256(f"{app.program.api_key}{token}{app.secret}".encode()).hexdigest()
    form = {"api_key": app.program.api_key, "request_token": token, "checksum": proof}
    async with httpx.AsyncClient(base_url=running.url, trust_env=False) as http:
        for wrong in (form | {"checksum": proof.upper()}, form | {"api_key": form["api_key"][3:]}):
            assert (await http.post("/kite/session/token", data=wrong)).status_code == 403
        answer = await http.post("/kite/session/token", data=form)
    assert answer.json()["data"]["access_token"].startswith("tmk_")
    assert answer.headers["cache-control"] == "no-store"
