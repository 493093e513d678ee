"""A running application over brokers made by hand, and people to use it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from adapters.broker import LoginKind
from domain.account import BrokerId
from orchestrator.app import create_app
from orchestrator.config import Settings
from orchestrator.identity import passwords
from tests.orchestrator.stub_broker import StubAdapter, terms

PASSWORD = "a long enough password"


@dataclass
class Watch:
    """A clock the test moves."""

    now: datetime = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # a Monday, 10:30 IST

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def watch() -> Watch:
    return Watch()


def browser(app: FastAPI) -> httpx.AsyncClient:
    """An HTTP client with its own cookies; it follows no redirect."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


@pytest.fixture
def stubs() -> dict[BrokerId, StubAdapter]:
    """The brokers of the application: two with a login page, one with keys."""
    return {
        BrokerId.ZERODHA: StubAdapter(terms(BrokerId.ZERODHA, LoginKind.REDIRECT)),
        BrokerId.UPSTOX: StubAdapter(terms(BrokerId.UPSTOX, LoginKind.REDIRECT)),
        BrokerId.GROWW: StubAdapter(terms(BrokerId.GROWW, LoginKind.FORM)),
    }


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashed as always, with the least work that argon2 takes."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
async def app(
    cheap_passwords: None, database_settings: Settings, watch: Watch, stubs: dict[BrokerId, StubAdapter]
) -> AsyncIterator[FastAPI]:
    """The started application, once for each database."""
    application = create_app(database_settings, clock=watch, adapters=stubs)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Someone who is not logged in."""
    async with browser(app) as opened:
        yield opened


Login = Callable[[str], Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def person(app: FastAPI) -> AsyncIterator[Login]:
    """`await person("asha")` is a browser in which a new user of that name is logged in."""
    opened: list[httpx.AsyncClient] = []

    async def log_in(name: str) -> httpx.AsyncClient:
        client = browser(app)
        opened.append(client)
        email = f"{name}@trademaster.test"
        created = await client.post("/v1/users/signup", json={"email": email, "password": PASSWORD})
        assert created.status_code == 201, created.text
        answer = await client.post("/v1/users/login", json={"email": email, "password": PASSWORD})
        client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        return client

    yield log_in
    for client in opened:
        await client.aclose()
