"""The API keeps its own description: no input makes it fail, and every answer has a form it promises."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
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
from orchestrator.demo import sandbox_settings
from tests.services import free_port

ROOT = Path(__file__).parents[2]
LOGIN = {"email": "asha@trademaster.test", "password": "a long enough password"}


@pytest.fixture(scope="module")
def served(shared_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of the product on the sandbox, with one user without accounts."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    brokers = sandbox_settings(shared_sandbox.urls)
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestrator", "serve"],
        cwd=ROOT,
        env={
            **os.environ,
            **{f"TRADEMASTER_{name.upper()}": value for name, value in brokers.items()},
            "TRADEMASTER_DATA": str(tmp_path_factory.mktemp("served")),
            "TRADEMASTER_PORT": str(port),
            "TRADEMASTER_LOGIN_ATTEMPTS": "1000000",
        },
    )
    try:
        while True:
            assert process.poll() is None
            try:
                if httpx.get(f"{url}/readyz", trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        httpx.post(f"{url}/v1/users/signup", json=LOGIN, trust_env=False)
        yield url
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def token(served: str) -> str:
    return str(httpx.post(f"{served}/v1/users/login", json=LOGIN, trust_env=False).json()["access_token"])


CHECKS = [
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
    schemathesis.checks.response_schema_conformance,
]


def test_the_api_keeps_its_description(served: str, token: str) -> None:
    described = schemathesis.openapi.from_url(f"{served}/openapi.json")
    broken, tried = {}, Counter[int]()
    for found in described.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        try:
            tried += _try(operation, token)
        except BaseExceptionGroup as failure:  # all operations are tried, then all failures shown
            broken[operation.label] = [str(one) for one in failure.exceptions]
    assert broken == {}
    assert {200, 201, 303, 401, 404, 422} <= set(tried)


def _try(operation: Any, token: str) -> Counter[int]:
    """How often each status came, for input that fits the description and input that does not."""
    seen = Counter[int]()
    fitting = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    unfitting = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @given(case=st.one_of(fitting, unfitting))
    @settings(max_examples=30, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    def one(case: Any) -> None:
        headers = {"authorization": f"Bearer {token}"}
        answer = case.call(headers=headers, allow_redirects=False)
        seen[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    with contextlib.suppress(Unsatisfiable):  # an operation without input has no unfitting one
        one()
    return seen
