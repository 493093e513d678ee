"""The tradebook that gives the demo user a past."""

from __future__ import annotations

import csv
import io
from datetime import date

from orchestrator.demo.history import tradebooks

TODAY = date(2026, 11, 20)


def lot(account: str, quantity: int, price: str | None = "100.50", bought: int = 0) -> dict[str, object]:
    return {
        "account": account,
        "exchange": "NSE",
        "symbol": "INFY",
        "quantity": quantity,
        "bought_quantity": bought,
        "average_price": price,
    }


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_each_account_gets_its_own_purchases_at_what_they_cost() -> None:
    books = tradebooks([{"isin": "INE009A01021", "lots": [lot("a", 10), lot("b", 5)]}], TODAY)
    assert [(row["quantity"], row["price"], row["trade_type"]) for row in rows(books["a"])] == [
        ("10", "100.50", "buy")
    ]
    assert [row["quantity"] for row in rows(books["b"])] == ["5"]


def test_what_was_bought_today_has_no_past_and_what_has_no_price_is_left_out() -> None:
    holding = {"isin": "INE009A01021", "lots": [lot("a", 10, bought=10), lot("b", 5, price=None)]}
    assert tradebooks([holding], TODAY) == {}


def test_purchases_lie_on_working_days_of_the_last_months() -> None:
    holdings = [{"isin": f"INE{number:09d}", "lots": [lot("a", 1)]} for number in range(40)]
    days = [date.fromisoformat(row["trade_date"]) for row in rows(tradebooks(holdings, TODAY)["a"])]
    assert all(day.weekday() == 1 for day in days)
    assert max(days) < TODAY
    ids = [row["trade_id"] for row in rows(tradebooks(holdings, TODAY)["a"])]
    assert len(set(ids)) == len(ids)
