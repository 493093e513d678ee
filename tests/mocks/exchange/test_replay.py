"""The neutral case format and its command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mocks.exchange.__main__ import main
from mocks.exchange.replay import run

CASE: dict[str, Any] = {
    "config": {"tick": 5, "ltp": 100, "prev_close": 95},
    "commands": [
        {"op": "add", "id": "a", "side": "S", "type": "LIMIT", "qty": 20, "price": 105, "disclosed": 10},
        {"op": "add", "id": "b", "side": "B", "type": "LIMIT", "qty": 12, "price": 105},
        {"op": "add", "id": 7, "side": "S", "type": "SL", "qty": 5, "price": 90, "trigger": 95},
        {"op": "add", "id": "bad", "side": "S", "type": "LIMIT", "qty": 5, "price": 91},
        {
            "op": "add",
            "id": "t",
            "side": "B",
            "type": "LIMIT",
            "qty": 1,
            "price": 80,
            "validity": "TTL",
            "ttl": 3,
        },
        {"op": "advance", "minutes": 3},
    ],
}
RESULT: dict[str, Any] = {
    "trades": [
        {"buy": "b", "sell": "a", "qty": 10, "price": 105},
        {"buy": "b", "sell": "a", "qty": 2, "price": 105},
    ],
    "book": {"bids": [], "asks": [[105, 8, 8, ["a"]]]},
    "stops": [7],
    "orders": {
        "a": ["OPEN", 12],
        "b": ["COMPLETE", 12],
        "7": ["TRIGGER_PENDING", 0],
        "t": ["EXPIRED", 0],
    },
    "rejects": [[3, "bad", "tick"]],
}


def test_a_case_gives_everything_that_can_be_compared() -> None:
    assert run(CASE) == RESULT


def test_the_command_line_reads_one_document(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(CASE, indent=2))
    found = subprocess.run(
        [sys.executable, "-m", "mocks.exchange", "replay", str(file)],
        check=True, capture_output=True, text=True, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert json.loads(found.stdout) == RESULT


def test_json_lines_give_one_line_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(f"{json.dumps(CASE)}\n\n{json.dumps(CASE)}\n")
    assert main(["replay", str(file)]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [RESULT, RESULT]


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "[]",
        '{"commands": [{"op": "fly"}]}',
        '{"config": {"colour": 1}, "commands": []}',
        '{"commands": [{"op": "add", "id": 1, "side": "X", "type": "LIMIT", "qty": 1}]}',
        '{"commands": [{"op": "add"}]}',
    ],
)
def test_what_is_not_a_case_gets_one_clear_line(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "case.json"
    file.write_text(text)
    assert main(["replay", str(file)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_missing_file_gets_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "nowhere.json"]) == 2
    assert "nowhere.json: No such file" in capsys.readouterr().err
