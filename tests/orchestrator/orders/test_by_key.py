"""The order that a key made, looked for by any key that an order may be placed with."""

from __future__ import annotations

import pytest

from tests.orchestrator.conftest import Login


@pytest.mark.parametrize("key", ["01J9", "a%2Fb", "a/b", "%25_"])
async def test_a_key_that_made_no_order_is_told_so_whatever_is_in_it(person: Login, key: str) -> None:
    asha = await person("asha")
    answer = await asha.get(f"/v1/orders/by-key/{key}")
    assert answer.status_code == 404
    assert "key" in answer.json()["detail"]
