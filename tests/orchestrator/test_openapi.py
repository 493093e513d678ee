"""The API keeps its own description: no input makes it fail, and every answer has a form it promises."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
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


# A login on one database and a personal token with every scope on the other: each meets what the other may not do.
KINDS = ("login on sqlite", "personal token on postgresql")


@dataclass(frozen=True)
class Served:
    """A running product, and the token of its one user."""

    url: str
    token: str


@pytest.fixture(scope="module", params=KINDS)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """On a sandbox of its own: any input also means one that puts its clock forward."""
    settings = {}
    if request.param != KINDS[0]:
        settings["TRADEMASTER_DATABASE_URL"] = request.getfixturevalue("shared_postgres")
    with Sandbox.start(flow=False) as sandbox:
        folder = tmp_path_factory.mktemp("described")
        product = Product(folder, {**sandbox_settings(sandbox.urls), **settings})
        asyncio.run(product.start())
        yield Served(product.url, _token(product.url, personal=request.param != KINDS[0]))
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


@pytest.mark.timeout(300)  # longer than others, on a busy machine
def test_the_api_keeps_its_description(served: Served) -> None:
    described = schemathesis.openapi.from_url(f"{served.url}/openapi.json", timeout=60)
    broken, tried = {}, Counter[int]()
    for found in described.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        try:
            tried += _try(operation, served.token)
        except BaseExceptionGroup as failure:  # all operations are tried, then all failures shown
            broken[operation.label] = [repr(one) for one in failure.exceptions]
    assert broken == {}
    assert {200, 303, 403, 404, 422} <= set(tried)


def _try(operation: Any, token: str) -> Counter[int]:
    """How often each status came, for input that fits the description and input that does not."""
    seen = Counter[int]()
    fitting = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    unfitting = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @given(case=st.one_of(fitting, unfitting))
    @settings(max_examples=8, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    def one(case: Any) -> None:
        headers = {"authorization": f"Bearer {token}"}
        answer = case.call(headers=headers, allow_redirects=False, timeout=60)
        seen[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    with contextlib.suppress(Unsatisfiable):  # an operation without input has no unfitting one
        one()
    return seen
