"""The API keeps its own description: no input makes it fail, and every answer has a form it promises."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from mocks.launch import Sandbox
from tests.stories.product import Product
from tests.traders import sandbox_settings

LOGIN = {"email": "asha@trademaster.test", "password": "a long enough password"}


@dataclass(frozen=True)
class Served:
    """A running product, and the token of its one user."""

    url: str
    token: str


@pytest.fixture(scope="module")
def served(shared_postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Served]]:
    """A login on SQLite and a personal token with every scope on PostgreSQL: each meets what the other may not do."""
    with (
        _running(tmp_path_factory.mktemp("described"), {}) as login,
        _running(
            tmp_path_factory.mktemp("described"), {"TRADEMASTER_DATABASE_URL": shared_postgres}
        ) as token,
    ):
        yield [Served(login, _token(login, personal=False)), Served(token, _token(token, personal=True))]


@contextlib.contextmanager
def _running(folder: Path, settings: dict[str, str]) -> Iterator[str]:
    """The address of a product on a sandbox of its own: any input also means one that puts its clock forward."""
    with Sandbox.start(flow=False) as sandbox:
        product = Product(folder, {**sandbox_settings(sandbox.urls), **settings})
        asyncio.run(product.start())
        yield product.url
        asyncio.run(product.stop())


def _token(url: str, *, personal: bool) -> str:
    with httpx.Client(base_url=url, trust_env=False) as http:
        http.post("/v1/users/signup", json=LOGIN)
        login: str = http.post("/v1/users/login", json=LOGIN).json()["access_token"]
        if not personal:
            return login
        asked = {"name": "fuzzer", "scopes": ["read", "trade", "funds"]}
        made = http.post("/v1/users/me/tokens", json=asked, headers={"authorization": f"Bearer {login}"})
        return str(made.json()["token"])


CHECKS = [
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
    schemathesis.checks.response_schema_conformance,
]


@pytest.mark.timeout(600)  # longer than others, on a busy machine
def test_the_api_keeps_its_description(served: list[Served]) -> None:
    described = schemathesis.openapi.from_url(f"{served[0].url}/openapi.json", timeout=60)
    broken, tried = {}, [Counter[int]() for _ in served]
    for found in described.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        try:
            _try(operation, served, tried)
        except BaseExceptionGroup as failure:  # all operations are tried, then all failures shown
            broken[operation.label] = [repr(one) for one in failure.exceptions]
    assert broken == {}
    for seen in tried:
        assert {200, 303, 403, 404, 422} <= set(seen)


def _try(operation: Any, served: list[Served], tried: list[Counter[int]]) -> None:
    """With input that fits the description and input that does not; counts how often each product gave each status.

    Thinking of an input costs more than asking with it: each is asked of every product.
    """
    fitting = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    unfitting = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @given(case=st.one_of(fitting, unfitting))
    @settings(max_examples=8, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    def one(case: Any) -> None:
        for product, seen in zip(served, tried, strict=True):
            headers = {"authorization": f"Bearer {product.token}"}
            answer = case.call(base_url=product.url, headers=headers, allow_redirects=False, timeout=60)
            seen[answer.status_code] += 1
            case.validate_response(answer, checks=CHECKS)

    with contextlib.suppress(Unsatisfiable):  # an operation without input has no unfitting one
        one()
