"""Corporate actions over the control API and by a file: announced, shown, kept over a restart, seen at every broker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mocks.launch import ControlError, Sandbox

STEP = ["--clock", "step", "--calendar"]
SPLIT = {"symbol": "NSE:ADANIPOWER", "kind": "split", "on": "2026-11-18", "new": 5}
BONUS = {"symbol": "BSE:MRF", "kind": "bonus", "on": "2026-11-20", "days": 1}


def test_by_file_and_call_kept_over_a_restart_and_given_at_every_broker(tmp_path: Path) -> None:
    file = tmp_path / "actions.json"
    file.write_text(json.dumps({"actions": [SPLIT | {"on": "2026-11-02"}, SPLIT]}))
    options = [*STEP, "--corporate-actions", str(file), "--state", str(tmp_path / "state")]
    with Sandbox.start(flow=False, options=[*options, "--start", "2026-11-16T10:00"]) as sandbox:
        (known,) = sandbox.get("/corporate-actions")["actions"]  # that of the 2nd is over
        assert known == {**SPLIT, "old": 1, "amount": "0.00", "days": 0}
        assert sandbox.post("/corporate-actions", BONUS)["days"] == 1
        held = [{"symbol": "NSE:ADANIPOWER", "quantity": 10, "average_price": "150"}]
        users = {
            broker: sandbox.post("/users", {"broker": broker, "holdings": held})["user_id"]
            for broker in ("kite", "upstox", "groww", "mock")
        }
        assert sandbox.stop() == 0
    with Sandbox.start(flow=False, options=options) as sandbox:
        assert len(sandbox.get("/corporate-actions")["actions"]) == 2
        sandbox.post("/clock", {"to": "2026-11-18T10:00:00+05:30"})
        for broker, user_id in users.items():
            (row,) = sandbox.get(f"/users/{broker}/{user_id}")["holdings"]
            assert (row["quantity"], row["average_price"]) == (50, "30.00"), broker
        with pytest.raises(ControlError) as no:
            sandbox.post("/corporate-actions", SPLIT)
        assert (no.value.status, no.value.answer["error"]["code"]) == (422, "bad_action")
        with pytest.raises(ControlError) as no:
            sandbox.post("/corporate-actions", BONUS | {"symbol": "NSE:NOBODY"})
        assert no.value.status == 404
