"""Cookies that no neighbour of ours can plant."""

from __future__ import annotations

import httpx
import pytest

from tests.orchestrator.conftest import PASSWORD
from tests.orchestrator.shields.conftest import Reach

PERSON = {"email": "asha@trademaster.test", "password": PASSWORD}
URL = "https://trade.example"


async def _login(client: httpx.AsyncClient) -> httpx.Response:
    await client.post("/v1/users/signup", json=PERSON)
    return await client.post("/v1/users/login", json=PERSON)


async def test_over_https_a_cookie_is_for_this_host_alone(reach: Reach) -> None:
    client = await reach(URL, public_url=URL)
    cookies = (await _login(client)).headers.get_list("set-cookie")
    refresh = next(one for one in cookies if "tm_refresh" in one)
    assert refresh.startswith("__Host-tm_refresh=")
    for part in ("Secure", "HttpOnly", "Path=/"):
        assert part in refresh.split("; ")
    assert "samesite=strict" in refresh.lower()
    assert "domain=" not in refresh.lower()
    assert refresh.lower().count("path=") == 1
    assert all(one.startswith("__Host-") for one in cookies)
    assert (await client.post("/v1/users/refresh")).status_code == 200
    left = await client.post("/v1/users/logout")
    gone = left.headers["set-cookie"]
    assert gone.startswith('__Host-tm_refresh="";')
    assert "Secure" in gone.split("; "), "without it a browser keeps what it has"
    assert (await client.post("/v1/users/refresh")).json()["code"] == "refresh_missing"


async def test_a_cookie_that_a_neighbour_planted_is_none_of_ours(reach: Reach) -> None:
    client = await reach(URL, public_url=URL)
    await _login(client)
    good = client.cookies["__Host-tm_refresh"]
    client.cookies.clear()
    planted = await client.post("/v1/users/refresh", headers={"cookie": f"tm_refresh={good}"})
    assert planted.json()["code"] == "refresh_missing"
    both = {"cookie": f"tm_refresh=planted; other=1; __Host-tm_refresh={good}"}
    assert (await client.post("/v1/users/refresh", headers=both)).status_code == 200


@pytest.mark.parametrize("space", [b"\xa0", b"\x85", b"\x1f", b"\t"])
async def test_a_name_behind_other_white_space_is_no_way_past_the_prefix(reach: Reach, space: bytes) -> None:
    client = await reach(URL, public_url=URL)
    await _login(client)
    good = client.cookies["__Host-tm_refresh"].encode()
    client.cookies.clear()
    both = b"__Host-tm_refresh=%s; %stm_refresh=planted" % (good, space)
    assert (await client.post("/v1/users/refresh", headers={b"cookie": both})).status_code == 200


async def test_without_https_a_browser_would_refuse_the_prefix(reach: Reach) -> None:
    client = await reach()
    assert (await _login(client)).headers["set-cookie"].startswith("tm_")
