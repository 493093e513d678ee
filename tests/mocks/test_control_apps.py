"""Apps over the control API: registered, changed, and kept to this machine."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mocks.launch import Sandbox


def put(sandbox: Sandbox, path: str, **fields: Any) -> tuple[int, dict[str, Any]]:
    answer = httpx.put(f"{sandbox.urls['control']}{path}", json=fields, trust_env=False)
    found: dict[str, Any] = answer.json()
    return answer.status_code, found


def test_an_app_is_registered_and_changed(sandbox: Sandbox) -> None:
    status, made = put(sandbox, "/apps/kite/mine", api_secret="s", redirect_url="http://127.0.0.1:9/back")
    assert (status, made["api_secret"], made["data"]) == (200, "s", True)
    _, changed = put(sandbox, "/apps/kite/mine", data=False)
    assert changed == made | {"data": False}


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/apps/kite/mine", {"postback_url": "http://example.com/hook"}, 422),
        ("/apps/kite/mine", {"user_id": "nobody"}, 404),
        ("/apps/kite/mine", {"secret": "x"}, 422),
        ("/apps/zebra/mine", {}, 404),
    ],
)
def test_what_cannot_be_is_refused(sandbox: Sandbox, path: str, fields: dict[str, Any], status: int) -> None:
    answered, body = put(sandbox, path, **fields)
    assert (answered, bool(body["error"]["code"])) == (status, True)
