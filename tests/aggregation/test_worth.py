"""What each account is worth in the evening: whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregation.flows import inferred
from aggregation.portfolio import build
from aggregation.worth import Worth, worths
from domain.instrument import InstrumentId
from domain.money import Money
from domain.order import Product
from domain.portfolio import AccountSnapshot
from tests.aggregation.cases import NOW, SHARES, holds, prices, snapshot, traded, trades

OPTION = InstrumentId.parse("NFO:NIFTY26NOV26000CE")
FUTURE = InstrumentId.parse("NFO:INFY26NOVFUT")


def worth_of(one: AccountSnapshot, **quotes: tuple[str, str | None]) -> Worth:
    told = prices(**quotes)
    [made] = worths(build([one], told, isins=SHARES, as_of=NOW), frozenset({OPTION}))
    return made


def told(made: Worth) -> tuple[str, ...]:
    return tuple(str(part) for part in (made.shares, made.cash, made.open, made.value, made.day_pnl))


def test_shares_at_their_price_and_cash() -> None:
    made = worth_of(snapshot("a", holds("NSE:INFY", 10, "1500")), NSE_INFY=("1550", "1540"))
    assert told(made) == ("15500.00", "1000.00", "0.00", "16500.00", "100.00")


def test_a_delivery_purchase_of_today_is_a_share_whose_money_is_on_its_way() -> None:
    bought = trades("NSE:INFY", Product.CNC, bought=(10, "1545"), today=traded(bought=(10, "1545")))
    made = worth_of(snapshot("a", bought, cash="20000"), NSE_INFY=("1550", "1540"))
    assert told(made) == ("15500.00", "4550.00", "0.00", "20050.00", "50.00")


def test_an_intraday_trade_adds_its_days_profit() -> None:
    shorted = trades("NSE:INFY", Product.MIS, sold=(10, "1560"), today=traded(sold=(10, "1560")))
    made = worth_of(snapshot("a", shorted), NSE_INFY=("1550", "1540"))
    assert told(made) == ("0.00", "1000.00", "100.00", "1100.00", "100.00")


@pytest.mark.parametrize(
    ("name", "open_", "day"),
    [
        # Settled at the close every evening: only the day is not in cash yet.
        (FUTURE, "750.00", "750.00"),
        # Its premium was paid long ago: it is worth what it costs now.
        (OPTION, "15750.00", "750.00"),
    ],
)
def test_a_carried_contract(name: InstrumentId, open_: str, day: str) -> None:
    carried = trades(str(name), Product.NRML, bought=(75, "150"), overnight=75, today=traded())
    seen = snapshot("a", carried)
    quotes = {name: prices(NSE_INFY=("210", "200"))[InstrumentId.parse("NSE:INFY")]}
    view = build([seen], quotes, isins=SHARES, as_of=NOW)
    [made] = worths(view, frozenset({OPTION}))
    assert told(made)[2:] == (open_, str(Money.of(open_) + Money.of(1000)), day)


def test_what_is_not_known_makes_no_evening_and_says_why() -> None:
    unpriced = worth_of(snapshot("a", holds("NSE:INFY", 10, "1500")))
    assert (unpriced.value, unpriced.missing) == (None, "a price is not known")
    old = snapshot("a", holds("NSE:INFY", 10, "1500"), stale_since=NOW + timedelta(minutes=1))
    stale = worth_of(old, NSE_INFY=("1550", "1540"))
    assert stale.value is None
    assert "does not answer" in stale.missing
    some = replace(snapshot("a", holds("NSE:INFY", 10, "1500")), unread=("a row",))
    assert worth_of(some, NSE_INFY=("1550", "1540")).value is None


@pytest.mark.parametrize(
    ("before", "now", "earned", "known", "flow"),
    [
        ("100000", "101000", "1000", "0", "0.00"),
        ("100000", "151000", "1000", "0", "50000.00"),
        ("100000", "151000", "1000", "50000", "0.00"),  # told already
        ("100000", "160900", "1000", "50000", "9900.00"),  # more than was told
        ("100000", "99950", "0", "0", "0.00"),  # charges
        ("100000", "99001", "0", "0", "0.00"),  # as much as charges may be
        ("100000", "79000", "-1000", "0", "-20000.00"),
        ("1000000", "991000", "0", "0", "0.00"),  # under a hundredth of the account
        ("1000", "500", "0", "0", "0.00"),
        ("0", "5000", "0", "0", "5000.00"),
        ("100", "100.99", "0", "0", "0.00"),  # rounding
    ],
)
def test_money_that_moved_is_what_no_profit_and_no_charge_explains(
    before: str, now: str, earned: str, known: str, flow: str
) -> None:
    amounts = [Money.of(one) for one in (before, now, earned, known)]
    assert str(inferred(*amounts)) == flow
