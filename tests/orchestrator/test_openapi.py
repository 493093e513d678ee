"""The API keeps its own description: no input makes it fail, and every answer has a form it promises."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator
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


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a product with one user, on a sandbox of its own: any input also means one that puts its clock forward."""
    with Sandbox.start(flow=False) as sandbox:
        product = Product(tmp_path_factory.mktemp("described"), sandbox_settings(sandbox.urls))
        asyncio.run(product.start())
        httpx.post(f"{product.url}/v1/users/signup", json=LOGIN, trust_env=False)
        yield product.url
        asyncio.run(product.stop())


@pytest.fixture(scope="module")
def token(served: str) -> str:
    return str(httpx.post(f"{served}/v1/users/login", json=LOGIN, trust_env=False).json()["access_token"])


CHECKS = [
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
    schemathesis.checks.response_schema_conformance,
]


@pytest.mark.timeout(300)  # longer than others, on a busy machine
def test_the_api_keeps_its_description(served: str, token: str) -> None:
    described = schemathesis.openapi.from_url(f"{served}/openapi.json")
    broken, tried = {}, Counter[int]()
    for found in described.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        try:
            tried += _try(operation, token)
        except BaseExceptionGroup as failure:  # all operations are tried, then all failures shown
            broken[operation.label] = [repr(one) for one in failure.exceptions]
    assert broken == {}
    assert {200, 201, 303, 401, 404, 422} <= set(tried)


def _try(operation: Any, token: str) -> Counter[int]:
    """How often each status came, for input that fits the description and input that does not."""
    seen = Counter[int]()
    fitting = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    unfitting = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @given(case=st.one_of(fitting, unfitting))
    @settings(max_examples=18, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    def one(case: Any) -> None:
        headers = {"authorization": f"Bearer {token}"}
        answer = case.call(headers=headers, allow_redirects=False, timeout=60)
        seen[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    with contextlib.suppress(Unsatisfiable):  # an operation without input has no unfitting one
        one()
    return seen
