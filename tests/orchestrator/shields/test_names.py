"""Under which names the product answers."""

from __future__ import annotations

import pytest

from orchestrator.config import Settings
from orchestrator.shields.names import is_ours, names_of
from tests.orchestrator.shields.conftest import Reach

NAMES = names_of(
    Settings(public_url="https://Trade.Example:8443", allowed_hosts="box.lan, nas.lan", _env_file=None)
)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8000",
        "app.localhost",
        "127.0.0.1:8000",
        "192.168.1.7",
        "[::1]:8000",
        "trade.example:8443",
        "TRADE.example",
        "trade.example.",
        "box.lan:80",
        "nas.lan",
        "",
    ],
)
def test_an_address_and_every_name_of_the_settings_is_ours(host: str) -> None:
    assert is_ours(host.encode(), NAMES)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "trade.example.evil.example",
        "eviltrade.example",
        "127.0.0.1@evil.example",
        "trade.example:8443:1",
        "[::1].evil.example",
        "127.1",  # no browser sends it so, and a resolver may be asked for it
        "::1]",
        "\xe9",
    ],
)
def test_no_other_name_is(host: str) -> None:
    assert not is_ours(host.encode("latin-1"), NAMES)


async def test_a_name_that_was_bent_to_this_machine_gets_nothing(reach: Reach) -> None:
    client = await reach()
    for path in ("/v1/meta", "/", "/openapi.json", "/v1/users/login"):
        answer = await client.get(path, headers={"host": "evil.example:8000"})
        assert (answer.status_code, answer.json()["code"]) == (421, "unknown_host")
        assert "content-security-policy" in answer.headers
    assert (await client.get("/v1/meta", headers={"host": "localhost:8000"})).status_code == 200
