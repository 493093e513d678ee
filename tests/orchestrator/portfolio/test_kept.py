"""One user's portfolio in memory: fed with readings and prices, written once for each change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aggregation.allocation import By
from domain.account import AccountState
from domain.order import Product
from orchestrator.portfolio.allocation_schemas import AllocationOut
from tests.aggregation.cases import ISINS, NOW, holds, trades
from tests.orchestrator.portfolio.desk import Desk, body


def changed(message: bytes) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(message)
    return told


def test_a_price_heard_is_in_the_next_answer_with_its_source() -> None:
    desk = Desk()
    desk.accounts.add("z").tells(holds("BSE:INFY", 10, "1400"))
    kept = desk.kept()
    desk.take(kept)
    assert body(kept)["totals"]["value"] is None
    desk.hub.tick("NSE:INFY", "1550.05", "1500")
    kept.moved |= dict.fromkeys(desk.hub.told)
    desk.take(kept)
    [line] = body(kept)["holdings"]
    assert (line["exchange"], line["value"], line["price_source"]) == ("NSE", "15500.50", "zerodha")
    assert body(kept)["totals"]["value"] == "15500.50"


def test_nothing_new_is_the_same_version_and_a_reading_is_another_one() -> None:
    desk = Desk()
    account = desk.accounts.add("z")
    account.tells(holds("NSE:INFY", 10, "1400", last="1500"))
    kept = desk.kept()
    desk.take(kept)
    tag, numbers = kept.tag, kept.numbers
    desk.take(kept)
    assert (kept.tag, kept.numbers) == (tag, numbers)
    assert account.snapshot is not None
    account.snapshot = replace(account.snapshot, as_of=NOW + timedelta(seconds=5))
    desk.take(kept)
    assert kept.tag != tag
    assert body(kept)["holdings"][0]["lots"][0]["as_of"].startswith("2026-11-20T11:30:05")


def test_a_screen_is_told_of_what_changed_since_its_version_and_nothing_else() -> None:
    desk = Desk()
    account = desk.accounts.add("z")
    account.tells(holds("NSE:INFY", 10, "1400", last="1500"), holds("NSE:TCS", 1, "3000", last="3100"))
    desk.hub.tick("NSE:INFY", "1550", "1500")
    desk.hub.tick("NSE:TCS", "3100", "3000")
    kept = desk.kept()
    desk.take(kept)
    first = changed(kept.changes("", NOW))
    assert first["whole"]
    assert [line["symbol"] for line in first["holdings"]] == ["INFY", "TCS"]
    desk.hub.tick("NSE:TCS", "3200", "3000")
    kept.moved |= dict.fromkeys(desk.hub.told)
    desk.take(kept)
    assert changed(kept.changes(f"{kept.origin}-\u00b2", NOW))["whole"]  # a digit that is no number
    second = changed(kept.changes(first["version"], NOW))
    assert not second["whole"]
    assert [line["symbol"] for line in second["holdings"]] == ["TCS"]
    assert second["totals"]["value"] == "18700.00"
    account.tells(holds("NSE:INFY", 10, "1400"), trades("NSE:TCS", Product.MIS, bought=(1, "3000")))
    desk.take(kept)
    third = changed(kept.changes(second["version"], NOW))
    assert third["gone"] == {"holdings": [ISINS["NSE:TCS"]], "positions": []}
    assert [line["symbol"] for line in third["positions"]] == ["TCS"]
    assert third["holdings"] == []
    assert changed(kept.changes(third["version"], NOW))["positions"] == []


def test_a_position_that_is_gone_is_named_by_contract_and_product() -> None:
    desk = Desk()
    account = desk.accounts.add("z")
    account.tells(trades("NSE:TCS", Product.MIS, bought=(1, "3000"), last="3000"))
    kept = desk.kept()
    desk.take(kept)
    version = kept.tag
    account.tells()
    desk.take(kept)
    gone = changed(kept.changes(version, NOW))["gone"]
    assert gone["positions"] == [{"exchange": "NSE", "symbol": "TCS", "product": "MIS"}]


def test_new_names_of_a_morning_group_everything_anew_and_are_told_as_a_whole() -> None:
    desk = Desk()
    desk.accounts.add("z").tells(holds("NSE:INFY", 10, "1400"))
    desk.hub.tick("NSE:INFY", "1550", "1500")
    kept = desk.kept()
    desk.take(kept)
    version = kept.tag
    desk.names.edition += 1
    desk.take(kept)
    told = changed(kept.changes(version, NOW))
    assert told["whole"]
    assert told["totals"]["value"] == "15500.00", "what was heard before counts on"


def test_an_account_that_leaves_takes_its_numbers_with_it() -> None:
    desk = Desk()
    desk.accounts.add("z").tells(holds("NSE:INFY", 10, "1400", last="1500"))
    desk.accounts.add("u").tells(holds("NSE:INFY", 5, "1400", last="1500"))
    kept = desk.kept()
    desk.take(kept)
    desk.accounts.mine.pop()
    desk.take(kept)
    seen = body(kept)
    assert seen["totals"]["invested"] == "14000.00"
    assert [one["account"] for one in seen["funds"]] == ["z"]


def test_a_missing_account_is_a_gap_and_named_in_the_totals() -> None:
    desk = Desk()
    desk.accounts.add("z").tells(holds("NSE:INFY", 10, "1400", last="1500"))
    silent = desk.accounts.add("u")
    silent.last_error = "no answer"
    desk.accounts.add("n", AccountState.CONNECTING)
    kept = desk.kept()
    desk.take(kept)
    seen = body(kept)
    assert seen["totals"]["incomplete"] == ["u"]
    assert [gap["reason"] for gap in seen["gaps"]] == ["U was not read yet: no answer"]
    assert kept.view(NOW).totals.incomplete == ("u",)


def test_old_numbers_of_an_account_without_a_session_ask_for_a_login() -> None:
    desk = Desk()
    account = desk.accounts.add("z")
    account.tells(holds("NSE:INFY", 10, "1400", last="1500"), stale_since=NOW)
    kept = desk.kept()
    desk.take(kept)
    version = kept.tag
    account.account = replace(account.account, state=AccountState.LOGIN_NEEDED)
    desk.take(kept)
    assert body(kept)["gaps"][0]["reason"] == "Z needs a login; its numbers are from 11:30:00"
    assert kept.tag != version


def test_funds_have_an_age_of_their_own() -> None:
    desk = Desk()
    account = desk.accounts.add("z")
    account.tells(holds("NSE:INFY", 10, "1400", last="1500"))
    assert account.snapshot is not None
    early = NOW - timedelta(minutes=5)
    account.snapshot = replace(
        account.snapshot, margin_as_of=early, margin_stale_since=early, lacking="funds"
    )
    kept = desk.kept()
    desk.take(kept)
    seen = body(kept)
    assert seen["funds"][0]["as_of"].startswith("2026-11-20T11:25:00")
    assert (seen["funds"][0]["stale"], seen["holdings"][0]["lots"][0]["stale"]) == (True, False)
    assert seen["gaps"][0]["reason"] == "Z does not tell its funds; they are from 11:25:00"
    assert seen["totals"]["as_of"].startswith("2026-11-20T11:25:00")


def test_a_part_that_is_not_told_is_named() -> None:
    desk = Desk()
    account = desk.accounts.add("z")
    account.tells(holds("NSE:INFY", 10, "1400", last="1500"), stale_since=NOW)
    assert account.snapshot is not None
    later = NOW + timedelta(minutes=5)
    account.snapshot = replace(
        account.snapshot, margin_as_of=later, margin_stale_since=None, lacking="positions"
    )
    kept = desk.kept()
    desk.take(kept)
    assert body(kept)["gaps"][0]["reason"] == (
        "Z does not tell its positions; its holdings and positions are from 11:30:00"
    )


def test_an_account_without_a_login_today_stands_as_it_was_carried_over() -> None:
    desk = Desk()
    desk.accounts.add("z").tells(
        holds("NSE:INFY", 10, "1400"), trades("NSE:INFY", Product.CNC, bought=(5, "1540"))
    )
    desk.hub.tick("NSE:INFY", "1550", "1500")
    kept = desk.kept()
    desk.take(kept)
    assert body(kept)["holdings"][0]["day_pnl"] == "550.00"
    desk.hub.tick("NSE:INFY", "1560", "1550")
    kept.moved |= dict.fromkeys(desk.hub.told)
    monday = NOW + timedelta(days=3)
    desk.take(kept, monday)
    (line,) = body(kept)["holdings"]
    assert (line["quantity"], line["day_pnl"], line["lots"][0]["bought_quantity"]) == (15, "150.00", 0)
    assert body(kept)["totals"]["cash"] == "-6700.00"
    tag = kept.tag
    desk.take(kept, monday)
    assert kept.tag == tag


def test_the_allocation_tells_percent_of_the_value() -> None:
    desk = Desk()
    desk.accounts.add("z").tells(holds("NSE:INFY", 10, "1400", last="1500"))
    desk.accounts.add("u").tells(holds("NSE:TCS", 5, "3000", last="3000"))
    kept = desk.kept()
    desk.take(kept)
    told = AllocationOut.of(kept.view(NOW), By.ACCOUNT)
    assert [(part.name, part.percent) for part in told.parts] == [("U", "50.00"), ("Z", "50.00")]
