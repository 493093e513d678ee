"""A past for the demo user: how the holdings came to be, and the evenings since, rebuilt.

Over HTTP, as a person imports a broker's report. Without it profits have no lots and the curve begins tomorrow.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import structlog

from domain.calendar import IST

log = structlog.get_logger(__name__)

BEGINS_BEFORE = timedelta(weeks=16)
BUYS_EVERY = timedelta(weeks=1)
READ_WITHIN = 30  # seconds until every broker has told what it holds
COLUMNS = ("trade_date", "exchange", "symbol", "isin", "trade_type", "quantity", "price", "trade_id")


async def tell(browser: httpx.AsyncClient, url: str) -> bool:
    """Import the trades of before and rebuild the evenings; True when something was told, False when it was before.

    `browser` is logged in. What the product refuses is left out and logged: a demo without a past is one, too.
    """
    known = (await browser.get(f"{url}/v1/trades", params={"to": _day(-1).isoformat(), "limit": 1})).json()
    if known["items"]:
        return False
    books = tradebooks(await _holdings(browser, url), _day(0))
    for account, text in books.items():
        answer = await browser.post(
            f"{url}/v1/trades/import",
            params={"account": account, "commit": True},
            content=text,
            headers={"content-type": "text/csv"},
        )
        if answer.is_error:
            log.warning("demo.history", account=account, answer=answer.text)
    begins = _day(0) - BEGINS_BEFORE
    answer = await browser.post(
        f"{url}/v1/portfolio/performance/backfill", params={"from": begins.isoformat()}, timeout=120
    )
    if answer.is_error:
        log.warning("demo.history", answer=answer.text)
    return bool(books)


def tradebooks(holdings: Sequence[Mapping[str, Any]], today: date) -> dict[str, str]:
    """By account the CSV of one purchase for each holding, a week apart, on Tuesdays, at its average price."""
    books: dict[str, list[tuple[object, ...]]] = {}
    bought_on = today - BEGINS_BEFORE
    bought_on -= timedelta(days=(bought_on.weekday() - 1) % 7)
    for number, holding in enumerate(holdings, start=1):
        for lot in holding["lots"]:
            quantity = lot["quantity"] - lot["bought_quantity"]
            if quantity <= 0 or lot["average_price"] is None:
                continue
            day = bought_on + BUYS_EVERY * (number % (BEGINS_BEFORE // BUYS_EVERY - 1))
            books.setdefault(lot["account"], []).append(
                (
                    day.isoformat(),
                    lot["exchange"],
                    lot["symbol"],
                    holding["isin"],
                    "buy",
                    quantity,
                    lot["average_price"],
                    f"{lot['account'][-6:]}-{number}",
                )
            )
    return {account: _csv(rows) for account, rows in books.items()}


def _csv(rows: list[tuple[object, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue()


async def _holdings(browser: httpx.AsyncClient, url: str) -> list[Mapping[str, Any]]:
    """Once every connected broker was read."""
    for _ in range(READ_WITHIN):
        portfolio = (await browser.get(f"{url}/v1/portfolio")).json()
        if portfolio["funds"] and not portfolio["gaps"]:
            break
        await asyncio.sleep(1)
    holdings: list[Mapping[str, Any]] = portfolio["holdings"]
    return holdings


def _day(after: int) -> date:
    return datetime.now(IST).date() + timedelta(days=after)
