"""Bodies made to break what reads them."""

from __future__ import annotations

import gzip

import pytest

from tests.orchestrator.shields.conftest import Reach

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("path", ["/v1/users/login", "/v1/orders", "/v1/users/signup"])
async def test_a_nest_without_bottom_and_a_packed_body_are_refused_and_no_fault(
    reach: Reach, path: str
) -> None:
    client = await reach()
    packed = gzip.compress(b'{"email": "a@b.test", "password": "' + b"x" * 10_000_000 + b'"}')
    assert len(packed) < 256 * 1024
    for body, more in (
        (b"[" * 100_000, {}),
        (b'{"email":' * 20_000, {}),
        (packed, {"content-encoding": "gzip"}),
    ):
        answer = await client.post(path, content=body, headers=JSON | more)
        assert answer.status_code in (400, 401, 422), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
