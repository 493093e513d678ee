"""`orchestrator charges`: the comparison as a table and as JSON, and what is said of a line that cannot be read."""

import json

import pytest
from typer.testing import CliRunner

from orchestrator.cli import cli
from orchestrator.server import CannotStart


def said(*words: str, code: int = 0) -> str:
    ended = CliRunner(env={"COLUMNS": "120"}).invoke(cli, ["charges", *words, "--on", "2026-11-23"])
    assert ended.exit_code == code, ended.output
    return ended.output


def refused(*words: str) -> str:
    ended = CliRunner().invoke(cli, ["charges", *words])
    assert isinstance(ended.exception, CannotStart)
    return str(ended.exception)


def row(table: str, title: str) -> list[str]:
    line = next(line for line in table.splitlines() if line.startswith(f"│ {title} "))
    return [cell.strip() for cell in line.strip("│").split("│")][1:]


def test_the_brokers_stand_side_by_side() -> None:
    told = said("BUY 100 NSE:INFY CNC @1500")
    assert "₹1,50,000.00, delivery, rates of 23 Nov 2026" in told
    assert row(told, "brokerage") == ["0.00", "20.00", "20.00"]
    assert row(told, "total") == ["178.1109", "201.7109", "201.7109"]
    assert row(told, "of rounded lines") == ["178.12", "201.72", "201.72"]
    assert row(told, "dearer by") == ["0.00", "23.60", "23.60"]
    assert "Zerodha is the cheapest, by up to ₹23.60." in told
    assert "desk" not in told  # lines of nothing are left out


def test_equal_brokers_are_named_together_and_what_is_unknown_says_why() -> None:
    told = said("BUY 100 NSE:INFY MTF @1500")
    assert "Zerodha and Upstox are the cheapest, by up to ₹153.40." in told
    assert row(told, "interest a day") == ["60.00", "80.00", "61.44"]
    told = said("BUY 1000 CDS:USDINR26NOVFUT NRML @85")
    assert "Groww: The fee tables have no Groww brokerage on currency futures." in told


def test_switches_change_what_is_charged() -> None:
    sale = "SELL 10 BSE:ABC CNC @100"
    assert row(said(sale), "DP") == ["15.34", "23.60", "23.60"]
    assert row(said(sale, "--woman"), "DP")[0] == "15.045"
    assert row(said(sale, "--desk"), "desk") == ["59.00"] * 3
    assert row(said(sale, "--group", "XT"), "exchange") == ["1.00"] * 3
    assert row(said(sale, "--fund"), "STT") == ["0.01"] * 3


def test_json_is_what_the_api_answers() -> None:
    told = json.loads(said("BUY 100 NSE:INFY CNC @1500", "--json"))
    assert (told["cheapest"], told["difference"], told["segment"]) == ("zerodha", "23.60", "delivery")
    first = told["estimates"][0]
    assert first["charges"]["total"] == "178.1109"
    assert first["charges"]["total_of_rounded_lines"] == "178.12"


def test_a_day_that_no_table_covers_is_an_exit_code() -> None:
    ended = CliRunner().invoke(cli, ["charges", "BUY 1 NSE:INFY CNC @1500", "--on", "2020-01-01"])
    assert ended.exit_code == 1
    assert "so none for 01 Jan 2020" in ended.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["BUY INFY"], "five words: SIDE QUANTITY EXCHANGE:SYMBOL PRODUCT @PRICE"),
        (["BUY 1 NSE:INFY NRML @15"], "Shares are not carried as NRML"),
        (["BUY 1 NSE:INFY CNC @15", "--on", "tomorrow"], "tomorrow is no day: write it as 2026-11-23"),
    ],
)
def test_what_cannot_be_read_says_what_to_write(words: list[str], says: str) -> None:
    assert says in refused(*words)
