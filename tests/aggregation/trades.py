"""Trades in one line: `20 10:00 BUY 100 NSE:INFY CNC 1500.05` is of 20 November 2026 in the account `one`."""

from __future__ import annotations

import itertools
from datetime import datetime

from domain.account import AccountId
from domain.calendar import IST
from domain.instrument import InstrumentId
from domain.money import Price
from domain.order import Product, Side
from domain.trade import AccountTrade, TradeSource

ISINS = {"INFY": "INE009A01021", "TCS": "INE467B01029"}
_numbers = itertools.count(1)


def trade(line: str, *, account: str = "one", number: int | None = None) -> AccountTrade:
    """A product `-` is one that the source does not tell."""
    day, clock, side, quantity, name, product, price = line.split()
    hour, minute = map(int, clock.split(":"))
    instrument = InstrumentId.parse(name)
    return AccountTrade(
        account_id=AccountId(account),
        instrument=instrument,
        side=Side(side),
        quantity=int(quantity),
        price=Price.of(price),
        at=datetime(2026, 11, int(day), hour, minute, tzinfo=IST),
        trade_id=f"t{number or next(_numbers):04d}",
        source=TradeSource.IMPORTED,
        product=None if product == "-" else Product(product),
        isin=ISINS.get(instrument.symbol) if instrument.exchange in ("NSE", "BSE") else None,
    )


def trades(text: str, *, account: str = "one") -> list[AccountTrade]:
    return [trade(line, account=account) for line in text.strip().splitlines()]
