"""The tables that charges are reckoned from are told with their days and sources, each kind once on any day."""

from __future__ import annotations

from collections import Counter
from datetime import date

import httpx
from fastapi import FastAPI
from typer.testing import CliRunner

from orchestrator.charges import pages
from orchestrator.cli import cli
from tests.orchestrator.conftest import Login


def test_on_any_day_at_most_one_row_of_a_kind_counts() -> None:
    for day in (date(2024, 9, 30), date(2024, 10, 1), date(2026, 2, 28), date(2026, 3, 1), date(2026, 4, 1)):
        counted = Counter((row.who, row.what) for row in pages.in_force(day))
        assert set(counted.values()) == {1}


def test_a_row_counts_until_the_day_before_the_next_one() -> None:
    (before,) = [row for row in pages.in_force(date(2026, 3, 31), "stt or ctt") if row.what == "futures"]
    (after,) = [row for row in pages.in_force(date(2026, 4, 1), "STT or CTT") if row.what == "futures"]
    assert (before.until, before.terms) == (date(2026, 3, 31), "0.02 % of the sale")
    assert (after.since, after.until, after.terms) == (date(2026, 4, 1), None, "0.05 % of the sale")
    assert "Finance Act 2026" in after.source


async def test_users_see_what_counts_on_a_day_and_what_is_unverified(person: Login, app: FastAPI) -> None:
    asha = await person("asha")
    today = (await asha.get("/v1/charges/tables")).json()
    assert today["on"] == "2026-11-23"
    assert {"Zerodha", "NSE", "GST"} < {one["who"] for one in today["items"]}
    answer = await asha.get("/v1/charges/tables", params={"who": "upstox", "on": "2026-11-23"})
    items = {one["what"]: one for one in answer.json()["items"]}
    assert items["brokerage, delivery"]["since"] == "2026-04-01"
    assert not items["brokerage, delivery"]["unverified"]
    assert items["brokerage, currency futures"]["unverified"]
    early: httpx.Response = await asha.get("/v1/charges/tables", params={"who": "upstox", "on": "2026-03-31"})
    assert [one["what"] for one in early.json()["items"]] == ["lines that GST is on"]


def test_the_machine_lists_what_no_page_confirms() -> None:
    shown = CliRunner().invoke(cli, ["fees", "list", "--on", "2026-11-23", "--who", "groww", "--unverified"])
    assert shown.exit_code == 0
    assert "Groww, brokerage, commodity futures" in shown.stdout
    assert "brokerage, delivery" not in shown.stdout
