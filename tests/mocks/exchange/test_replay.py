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


ADD = '{"op": "add", "id": 1, "side": "B", "type": "LIMIT", "qty": 1, "price": 1'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nonsense", "line 1, column 1: Expecting value"),
        ("", "line 1, column 1: Expecting value"),
        ("[]", "case: a JSON object is wanted"),
        ("{}", "case: commands: a list is wanted"),
        ('{"commands": {}}', "case: commands: a list is wanted"),
        ('{"commands": [3]}', "case: commands[0]: a JSON object is wanted"),
        ('{"commands": [{"op": "fly"}]}', "case: commands[0].op: one of add, modify, cancel"),
        ('{"commands": [{"id": 1}]}', "case: commands[0].op: one of add"),
        ('{"config": {"colour": 1}, "commands": []}', "case: config.colour: no such field"),
        ('{"config": 7, "commands": []}', "case: config: a JSON object is wanted"),
        ('{"config": {"stp": "maybe"}, "commands": []}', "case: config.stp: one of none, cancel_passive"),
        ('{"config": {"tick": 0}, "commands": []}', "case: config.tick: at least 1 is wanted, not 0"),
        ('{"config": {"band": [9, 1]}, "commands": []}', "case: config.band: the low price comes first"),
        ('{"config": {"halt_purges": 1}, "commands": []}', "case: config.halt_purges: true or false"),
        ('{"config": {"phase": "closed"}, "commands": []}', "case: config.phase: one of continuous, preopen"),
        (
            '{"commands": [{"op": "add", "id": 1, "side": "X", "type": "LIMIT", "qty": 1}]}',
            'case: commands[0].side: one of B, S is wanted, not "X"',
        ),
        ('{"commands": [{"op": "add"}]}', "case: commands[0].id: a string or an integer is wanted, not null"),
        (
            f'{{"commands": [{ADD}}}, {ADD}, "qty": 1.5}}]}}',
            "case: commands[1].qty: an integer is wanted, not 1.5",
        ),
        (f'{{"commands": [{ADD}, "validity": "GTC"}}]}}', "case: commands[0].validity: one of DAY, IOC, TTL"),
        (f'{{"commands": [{ADD}, "prise": 1}}]}}', "case: commands[0].prise: no such field"),
        (f'{{"commands": [{ADD}, "protection_pct": NaN}}]}}', "case: commands[0].protection_pct: a number"),
        ('{"commands": [{"op": "ltp", "price": true}]}', "case: commands[0].price: an integer is wanted"),
        ('{"commands": [{"op": "advance", "minutes": -1}]}', "case: commands[0].minutes: at least 0"),
        (
            '{"commands": []}\n\n{"commands": [{"op": "halt", "id": 1}]}',
            "line 3: commands[0].id: no such field",
        ),
        ('{"commands": []}\n{"commands": [', "line 2, column 15: Expecting value"),
        ('{"commands": [\n{"op": "halt"\n]}', "line 3, column 1: Expecting"),
    ],
)
def test_what_is_not_a_case_gets_one_line_that_says_where(
    text: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "case.json"
    file.write_text(text)
    assert main(["replay", str(file)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith(f"{file}: not a case: {problem}")


def test_cases_before_a_broken_line_are_played(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(f"{json.dumps(CASE)}\nnonsense\n")
    assert main(["replay", str(file)]) == 2
    said = capsys.readouterr()
    assert [json.loads(line) for line in said.out.splitlines()] == [RESULT]
    assert "line 2, column 1" in said.err


def test_a_case_may_say_nothing_but_its_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "case.json"
    file.write_text('{"name": "what others add is left alone", "commands": []}')
    assert main(["replay", str(file)]) == 0
    nothing = {"trades": [], "book": {"bids": [], "asks": []}, "stops": [], "orders": {}, "rejects": []}
    assert json.loads(capsys.readouterr().out) == nothing


def test_null_is_the_same_as_left_out() -> None:
    nulls = {"band": None, "freeze": None, "prev_close": None, "ltp": None, "tick": 1, "lot": 1}
    add = {"op": "add", "id": "a", "side": "B", "type": "LIMIT", "qty": 1, "price": 5}
    empty = {"trigger": None, "disclosed": None, "validity": None, "ttl": None, "client": None}
    full = {"config": nulls, "commands": [{**add, **empty, "protection_pct": None}]}
    assert run(full) == run({"commands": [add]})


def test_a_market_resumed_without_a_phase_trades_on() -> None:
    result = run({"config": {"halt_purges": False}, "commands": [{"op": "halt"}, {"op": "resume"}]})
    assert "auction" not in result


def test_an_auction_without_a_price_says_so() -> None:
    assert run({"config": {"phase": "preopen"}, "commands": [{"op": "auction"}]})["auction"] == {
        "price": None,
        "volume": 0,
    }


def test_what_is_not_text_gets_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "case.json"
    file.write_bytes(b"\xff\xfe{}")
    assert main(["replay", str(file)]) == 2
    assert capsys.readouterr().err == f"{file}: not a case: not UTF-8 text\n"


def test_a_missing_file_gets_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "nowhere.json"]) == 2
    assert "nowhere.json: No such file" in capsys.readouterr().err
