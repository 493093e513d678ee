"""Terms and privacy notice: agreed to once in each version, written down with time and place, asked again when new."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from typer.testing import CliRunner

from domain.account import UserId
from orchestrator.audit.record import Actor
from orchestrator.cli import cli
from orchestrator.config import Settings
from orchestrator.identity.consent import documents
from orchestrator.identity.consent.documents import Document, DocumentKind
from orchestrator.tables.audit import audit_log
from tests.orchestrator.conftest import PASSWORD, Login, Watch

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
BY = Actor.command("documents publish")
TERMS, PRIVACY = {"document": "terms", "version": "1"}, {"document": "privacy", "version": "1"}


async def publish(app: FastAPI, kind: DocumentKind, version: str) -> None:
    document = Document(kind, version, f"https://tm.example/{kind}/{version}", NOW)
    await app.state.db.write(lambda conn: documents.publish(conn, document, by=BY))


async def needed(client: httpx.AsyncClient) -> list[tuple[str, str]]:
    answer = (await client.get("/v1/users/me/consents")).json()
    return [(one["document"], one["version"]) for one in answer["needed"]]


async def agree(client: httpx.AsyncClient, *agreed: dict[str, str]) -> httpx.Response:
    return await client.post("/v1/users/me/consents", json={"agreed": list(agreed)})


async def entries(app: FastAPI) -> list[Any]:
    rows = audit_log.c
    query = select(rows.detail, rows.actor_kind).where(rows.action == "consent.given").order_by(rows.id)
    return list(await app.state.db.read(lambda conn: conn.execute(query).all()))


async def test_where_nothing_is_published_nobody_is_asked(person: Login) -> None:
    asha = await person("asha")
    assert (await asha.get("/v1/users/documents")).json() == {"items": []}
    assert (await asha.get("/v1/users/me/consents")).json() == {"needed": [], "given": []}


async def test_each_version_is_agreed_to_once_and_kept_with_time_and_address(
    person: Login, app: FastAPI, watch: Watch
) -> None:
    asha = await person("asha")
    await publish(app, DocumentKind.TERMS, "1")
    await publish(app, DocumentKind.PRIVACY, "1")
    assert await needed(asha) == [("terms", "1"), ("privacy", "1")]
    assert [one["url"] for one in (await asha.get("/v1/users/documents")).json()["items"]] == [
        "https://tm.example/terms/1",
        "https://tm.example/privacy/1",
    ]
    both = await asyncio.gather(agree(asha, TERMS, PRIVACY), agree(asha, TERMS))
    assert [one.status_code for one in both] == [200, 200]
    watch.pass_time(minutes=5)
    again = (await agree(asha, TERMS)).json()
    assert again["needed"] == []
    assert {(one["document"], one["at"], one["address"]) for one in again["given"]} == {
        ("terms", "2026-11-23T10:30:00.000+05:30", "127.0.0.1"),
        ("privacy", "2026-11-23T10:30:00.000+05:30", "127.0.0.1"),
    }
    assert [kind for _, kind in await entries(app)] == ["login", "login"]
    await publish(app, DocumentKind.TERMS, "2")
    assert await needed(asha) == [("terms", "2")]


async def test_a_version_that_somebody_agreed_to_is_never_another_text(person: Login, app: FastAPI) -> None:
    asha = await person("asha")
    await publish(app, DocumentKind.TERMS, "1")
    await publish(app, DocumentKind.TERMS, "1")  # nobody has agreed yet: its address may be mended
    assert (await agree(asha, {"document": "terms", "version": "1"})).status_code == 200
    with pytest.raises(documents.VersionUsed):
        await publish(app, DocumentKind.TERMS, "1")
    await publish(app, DocumentKind.TERMS, "2")
    with pytest.raises(documents.VersionUsed):
        await publish(app, DocumentKind.TERMS, "1")
    assert await needed(asha) == [("terms", "2")]


async def test_nobody_agrees_to_a_version_that_is_not_in_force(person: Login, app: FastAPI) -> None:
    asha = await person("asha")
    await publish(app, DocumentKind.TERMS, "2")
    for one in (TERMS, PRIVACY):
        refused = await agree(asha, {"document": "terms", "version": "2"}, one)
        assert (refused.status_code, refused.json()["code"]) == (409, "document_changed")
    assert await needed(asha) == [("terms", "2")], "nothing is half done"
    assert await entries(app) == []


async def test_it_can_be_agreed_to_at_sign_up(client: httpx.AsyncClient, app: FastAPI) -> None:
    await publish(app, DocumentKind.TERMS, "1")
    body = {"email": "asha@trademaster.test", "password": PASSWORD}
    old = await client.post("/v1/users/signup", json=body | {"agreed": [PRIVACY]})
    assert old.json()["code"] == "document_changed"
    made = await client.post("/v1/users/signup", json=body | {"agreed": [TERMS]})
    assert made.status_code == 201, made.text
    user = UserId(made.json()["id"])
    assert await app.state.db.read(lambda conn: documents.needed(conn, user)) == []
    assert [kind for _, kind in await entries(app)] == ["stranger"]


async def test_a_consent_is_ones_own(person: Login, app: FastAPI) -> None:
    asha, ravi = await person("asha"), await person("ravi")
    await publish(app, DocumentKind.TERMS, "1")
    assert (await agree(asha, TERMS)).json()["needed"] == []
    assert await needed(ravi) == [("terms", "1")]


def test_the_commands_publish_list_and_withdraw(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setenv("TRADEMASTER_DATA", str(settings.data))

    def run(*words: str) -> str:
        done = CliRunner().invoke(cli, list(words))
        return done.stdout + str(done.exception or "")

    run("migrate")
    assert run("documents", "list") == ""
    for url in ("http://tm.example/terms", "//elsewhere.example/terms", "javascript:alert(1)"):
        assert "the address begins with" in run("documents", "publish", "terms", "1", "--url", url)
    assert "in force" in run("documents", "publish", "terms", "1", "--url", "/terms.html")
    assert "in force" in run("documents", "publish", "terms", "2", "--url", "https://tm.example/terms")
    listed = run("documents", "list")
    assert "https://tm.example/terms" in listed
    assert len(listed.splitlines()) == 1
    assert "no more" in run("documents", "withdraw", "terms")
    assert "no terms is in force" in run("documents", "withdraw", "terms")
