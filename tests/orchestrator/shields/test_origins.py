"""What pages of other sites get, and what answers tell a browser to keep to."""

from __future__ import annotations

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from orchestrator.config import Settings
from orchestrator.shields.origins import OwnPages, origin_of
from tests.orchestrator.conftest import PASSWORD
from tests.orchestrator.shields.conftest import Reach

FOREIGN = "https://evil.example"
PERSON = {"email": "asha@trademaster.test", "password": PASSWORD}


async def _logged_in(client: httpx.AsyncClient) -> None:
    assert (await client.post("/v1/users/signup", json=PERSON)).status_code == 201
    assert (await client.post("/v1/users/login", json=PERSON)).status_code == 200


@pytest.mark.parametrize(
    "named",
    [
        {"origin": FOREIGN},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "https://127.0.0.1.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_another_page_cannot_use_the_cookie(reach: Reach, named: dict[str, str]) -> None:
    client = await reach()
    await _logged_in(client)
    for path in ("/v1/users/refresh", "/v1/users/logout", "/v1/users/login", "/v1/orders"):
        answer = await client.post(path, headers=named, json=PERSON)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    assert (await client.post("/v1/users/refresh")).status_code == 200  # the login still holds


async def test_our_own_page_and_programs_can(reach: Reach) -> None:
    client = await reach()
    await _logged_in(client)
    own = str(client.base_url).rstrip("/")
    for named in ({"origin": own, "sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {}):
        assert (await client.post("/v1/users/refresh", headers=named)).status_code == 200


async def test_behind_a_proxy_the_public_address_is_our_own(reach: Reach) -> None:
    client = await reach("http://127.0.0.1", public_url="https://trade.example")
    for origin, status in (("https://trade.example", 422), ("http://trade.example", 403)):
        answer = await client.post("/v1/users/login", headers={"origin": origin}, json={})
        assert answer.status_code == status


async def test_without_a_setting_no_page_elsewhere_reads_anything(reach: Reach) -> None:
    client = await reach()
    asked = {"origin": FOREIGN, "access-control-request-method": "GET"}
    answers = [await client.options("/v1/meta", headers=asked), await client.get("/v1/meta", headers=asked)]
    assert not any("access-control-allow-origin" in answer.headers for answer in answers)


async def test_a_listed_origin_asks_with_a_token_and_never_with_the_cookie(reach: Reach) -> None:
    client = await reach(cors_origins="https://screens.example, http://127.0.0.1:5300")
    for origin, told in (("https://screens.example", True), ("https://screens.example.evil.example", False)):
        answer = await client.get("/v1/meta", headers={"origin": origin})
        assert (answer.headers.get("access-control-allow-origin") == origin) is told
        assert "access-control-allow-credentials" not in answer.headers
    token = await client.post("/v1/orders", headers={"origin": "https://screens.example"}, json={})
    assert token.status_code == 401  # it came to the door
    await _logged_in(client)
    cookie = await client.post("/v1/users/refresh", headers={"origin": "https://screens.example"})
    assert cookie.json()["code"] == "foreign_origin"


@pytest.mark.parametrize("origins", ["*", "https://*.example", "screens.example", "https://a.example/path"])
def test_origins_are_exact(origins: str) -> None:
    with pytest.raises(ValueError, match="is no origin"):
        Settings(cors_origins=origins, _env_file=None)


@pytest.mark.parametrize(
    ("origin", "opened"),
    [(None, True), ("http://127.0.0.1:8000", True), (FOREIGN, False), ("null", False)],
)
async def test_a_socket_opens_to_our_own_page_and_to_programs(origin: str | None, opened: bool) -> None:
    reached: list[str] = []
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(scope["path"])

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"127.0.0.1:8000"), *([(b"origin", origin.encode())] if origin else [])]
    scope = {"type": "websocket", "scheme": "ws", "path": "/v1/stream", "headers": headers}
    await OwnPages(app, Settings(_env_file=None))(scope, receive, send)
    assert bool(reached) is opened
    assert bool(sent) is not opened


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Trade.example:443/x", "https://trade.example"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_an_origin_is_written_as_browsers_do(url: str, origin: str) -> None:
    assert origin_of(url) == origin


async def test_answers_keep_a_browser_on_the_safe_side(reach: Reach) -> None:
    client = await reach("https://trade.example", public_url="https://trade.example")
    data, page = await client.get("/v1/meta"), await client.get("/docs")
    assert data.headers["content-security-policy"].startswith("default-src 'none'")
    assert data.headers["cache-control"] == "no-store"
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    for answer in (data, page):
        assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers


async def test_only_https_is_promised_where_it_is_used(reach: Reach) -> None:
    client = await reach()
    assert "strict-transport-security" not in (await client.get("/v1/meta")).headers


async def test_the_page_of_the_api_loads_nothing_from_elsewhere(reach: Reach) -> None:
    client = await reach()
    page = (await client.get("/docs")).text
    assert "//" not in page.replace("<!doctype", "")
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js"):
        assert f"/docs/{name}" in page
        assert (await client.get(f"/docs/{name}")).status_code == 200
    for name in ("other.js", "..%2fcore.py", "%2e%2e/core.py"):
        assert (await client.get(f"/docs/{name}")).status_code in (404, 503)
