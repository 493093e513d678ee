"""What every answer has in common."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from orchestrator.config import Settings
from orchestrator.http.site import Site
from tests.orchestrator.conftest import Watch


async def test_it_says_that_it_lives_and_is_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/livez")).json() == {"status": "ok"}
    assert (await client.get("/readyz")).json()["status"] == "ok"


async def test_the_market_is_open_by_the_exchange_calendar(client: httpx.AsyncClient, watch: Watch) -> None:
    monday = (await client.get("/v1/meta")).json()["market"]
    assert monday == {"open": True, "phase": "open", "now": "2026-11-23T10:30:00.000+05:30"}
    watch.pass_time(days=1)  # Guru Nanak Jayanti
    meta = (await client.get("/v1/meta")).json()
    assert meta["market"]["open"] is False
    assert (meta["sandbox"], meta["push_public_key"]) == (False, None)
    cash = next(one for one in meta["exchanges"] if one["exchange"] == "NSE")
    assert cash == {
        "exchange": "NSE",
        "open": False,
        "phase": "closed",
        "auction_phase": "closed",
        "until": "2026-11-25T09:00:00.000+05:30",
        "opens_at": "2026-11-25T09:15:00.000+05:30",
        "holiday": "Guru Nanak Jayanti",
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("PUT", "/v1/meta", 405, "method_not_allowed"),
        ("POST", "/v1/users/signup", 422, "invalid_input"),
        ("GET", "/v1/users/me", 401, "not_authenticated"),
    ],
)
async def test_every_refusal_is_a_problem(
    client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == code
    assert {"type", "title", "status", "detail"} <= set(problem)


async def test_a_misspelt_field_is_named(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/v1/users/signup", json={"email": "a@b.test", "password": "long enough", "nmae": "Asha"}
    )
    problem = answer.json()
    assert (problem["field"], problem["fix"]) == ("nmae", "leave this field out")


async def test_bad_json_is_a_problem(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/users/login", content=b"{", headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


async def test_a_bug_says_nothing_about_itself(app: FastAPI) -> None:
    async def broken() -> None:
        raise RuntimeError("secret detail")

    app.router.add_api_route("/v1/broken", broken)
    app.router.routes.insert(0, app.router.routes.pop())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.get("/v1/broken")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert answer.json()["code"] == "internal_error"


async def test_answers_carry_safe_headers_and_the_callers_request_id(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/meta", headers={"x-request-id": "abc-1"})
    assert answer.headers["x-request-id"] == "abc-1"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    strange = await client.get("/v1/meta", headers={"x-request-id": "a b\tc"})
    assert strange.headers["x-request-id"] != "a b\tc"


def _site(folder: Path) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(Site(folder)), base_url="http://127.0.0.1")


async def test_a_missing_web_build_says_what_to_do(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    assert answer.status_code == 503
    assert "make web" in answer.text


async def test_hashed_files_are_kept_for_ever_and_the_page_never(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<p>page</p>")
    (tmp_path / "assets" / "app-1a2b.js").write_text("x()")
    (tmp_path / "assets" / "app-1a2b.js.br").write_bytes(b"packed")
    async with _site(tmp_path) as site:
        page = await site.get("/portfolio")
        assert (page.text, page.headers["cache-control"]) == ("<p>page</p>", "no-cache")
        again = await site.get("/", headers={"if-none-match": page.headers["etag"]})
        assert again.status_code == 304
        script = await site.get("/assets/app-1a2b.js", headers={"accept-encoding": "identity"})
        assert (script.text, script.headers["cache-control"]) == (
            "x()",
            "public, max-age=31536000, immutable",
        )
        async with site.stream("GET", "/assets/app-1a2b.js", headers={"accept-encoding": "br"}) as packed:
            assert packed.headers["content-encoding"] == "br"
            assert b"".join([part async for part in packed.aiter_raw()]) == b"packed"
        assert (await site.get("/assets/gone.js")).status_code == 404


async def test_nothing_outside_the_build_is_served(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("key")
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").write_text("page")
    async with _site(tmp_path / "dist") as site:
        for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"):
            assert "key" not in (await site.get(path)).text


async def test_keys_are_made_once_and_for_the_owner_only(app: FastAPI, database_settings: Settings) -> None:
    master = database_settings.data / "master.key"
    assert master.stat().st_mode & 0o777 == 0o600
    assert app.state.keys.master != app.state.keys.jwt


async def test_operations_have_plain_unique_names(app: FastAPI) -> None:
    ids = [
        operation["operationId"] for path in app.openapi()["paths"].values() for operation in path.values()
    ]
    assert len(ids) == len(set(ids))
    assert "log_in" in ids


async def test_every_reference_of_the_openapi_schema_resolves(app: FastAPI) -> None:
    schema = app.openapi()
    wanted = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(schema)))
    assert wanted <= set(schema["components"]["schemas"])
    assert "ProblemOut" in wanted


async def test_a_body_that_is_too_long_is_refused_before_it_is_kept(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 60_000

    for content in (b"x" * 600_000, chunks()):
        answer = await client.post(
            "/v1/users/login", content=content, headers={"content-type": "application/json"}
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("path", ["/v1/orders?cursor=%00", "/v1/orders/%00", "/v1/accounts/%00"])
async def test_an_address_with_nul_is_refused(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_text_with_nul_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/users/login", json={"email": "a\0@b.test", "password": "long enough"})
    assert (answer.status_code, answer.json()["field"]) == (422, "email")
