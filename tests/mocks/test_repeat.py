"""The same seed and the same requests give the same run: fault log, journal and truth, byte for byte."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

from mocks.launch import Sandbox

START = "2026-11-20T09:15"
PLAN: dict[str, Any] = {
    "seed": 11,
    "rules": [
        {"broker": "mock", "fault": "error_5xx_after_accept", "call": "place", "probability": 0.3},
        {"broker": "mock", "fault": "error_5xx_before", "call": "place", "probability": 0.3},
        {"broker": "mock", "fault": "rate_limit", "call": "cancel", "probability": 0.4, "body": "empty"},
        {"broker": "mock", "fault": "drop_answer", "call": "modify", "after": 1, "times": 2},
        {"broker": "mock", "fault": "stale_reads", "call": "orders", "seconds": 3, "probability": 0.5},
        {"broker": "mock", "fault": "late_accept", "after": 4, "times": 1, "seconds": 2},
        {"broker": "mock", "fault": "partial_then_cancel", "after": 6, "times": 1, "seconds": 1},
        {"broker": "mock", "fault": "clock_skew", "seconds": -1.5},
    ],
}


class Script:
    """A client that does the same things in the same order and writes down what it hears."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.session = sandbox.post("/sessions", {"broker": "mock", "cash": "5000000"})
        self.heard: list[tuple[str, int, str]] = []

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            self.session["base_url"] + path,
            json.dumps(body).encode() if body else None,
            {"Authorization": f"Bearer {self.session['access_token']}", "Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as no:
            status, text = no.code, ""
        except (OSError, HTTPException):
            status, text = 0, ""
        self.heard.append((f"{method} {path}", status, text))
        return json.loads(text) if text.startswith("{") else {}

    def run(self) -> None:
        for number in range(12):
            body = {
                "symbol": "NSE:INFY",
                "side": "BUY",
                "type": "LIMIT",
                "product": "CNC",
                "quantity": 40 + number,
            }
            price = 1450 + number if number % 3 else 1560
            made = self.call("POST", "/orders", body | {"price": f"{price}.00", "tag": f"t{number}"})
            self.sandbox.post("/clock", {"advance": 0.7})
            if made.get("status") == "pending" or made.get("status") == "open":
                self.call("PATCH", f"/orders/{made['order_id']}", {"price": "1455.00"})
                self.sandbox.post("/clock", {"advance": 0.4})
                self.call("DELETE", f"/orders/{made['order_id']}")
            self.call("GET", "/orders")
        self.sandbox.post("/clock", {"advance": 5})


def one_run(folder: Path) -> dict[str, Any]:
    folder.mkdir()
    plan, journal = folder / "plan.json", folder / "journal.jsonl"
    plan.write_text(json.dumps(PLAN))
    options = ["--clock", "step", "--start", START, "--pace", "realistic"]
    options += ["--faults", str(plan), "--journal", str(journal)]
    with Sandbox.start(seed=7, only=["mock"], options=options) as sandbox:
        script = Script(sandbox)
        script.run()
        truth = sandbox.get(f"/users/mock/{script.session['user_id']}")
        with urllib.request.urlopen(sandbox.urls["control"] + "/faults/log?format=text") as answer:
            log = answer.read().decode()
    return {"heard": script.heard, "truth": truth, "log": log, "journal": journal.read_bytes()}


def test_the_same_seed_gives_the_same_run_byte_for_byte(tmp_path: Path) -> None:
    first, second = one_run(tmp_path / "first"), one_run(tmp_path / "second")
    assert first["log"] == second["log"]
    assert first["heard"] == second["heard"]
    assert first["truth"] == second["truth"]
    assert first["journal"] == second["journal"]
    struck = {line.split()[2] for line in first["log"].splitlines()}
    assert struck >= {
        "error_5xx_after_accept",
        "error_5xx_before",
        "late_accept",
        "clock_skew",
        "stale_reads",
    }
    assert any(order["filled_quantity"] for order in first["truth"]["orders"])
