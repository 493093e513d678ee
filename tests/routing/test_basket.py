"""Several orders in one account: buys first, and what one covers the other need not block."""

from dataclasses import replace
from datetime import date

from domain.account import BrokerId
from domain.instrument import Kind
from domain.money import Money, Price
from domain.routing import Candidate
from routing.basket import Line, needs, sequence
from routing.fees import segment_of, tariff
from tests.routing.cases import CALL, SHARE, TODAY, account, order

Z = account(BrokerId.ZERODHA)
NOV = ("NIFTY", date(2026, 11, 24))


def call(text: str, strike: int, *accounts: Candidate, series: tuple[str, date] | None = NOV) -> Line:
    market = replace(CALL, strike=Price.of(strike))
    return Line(order(text), market, accounts or (Z,), series)


WRITTEN = call("SELL 65 NFO:NIFTY26NOV25000CE NRML LIMIT 150", 25000)
BOUGHT = call("BUY 65 NFO:NIFTY26NOV25200CE NRML LIMIT 80", 25200)


def premium() -> Money:
    intent = BOUGHT.intent
    segment = segment_of(intent.instrument.exchange, Kind.CALL, intent.product)
    fees = tariff(BrokerId.ZERODHA, intent.instrument.exchange, segment, intent.side, TODAY)
    paid = fees.charges(Money.of(80 * 65))
    return Money.of(80 * 65) + paid.total


def test_buys_go_first_and_each_kind_in_its_own_order() -> None:
    assert sequence([WRITTEN, BOUGHT, WRITTEN, BOUGHT]) == (1, 3, 0, 2)


def test_a_spread_needs_less_together_than_its_legs_alone() -> None:
    together = needs([WRITTEN, BOUGHT], Z.account_id, on=TODAY)
    alone = needs([WRITTEN, BOUGHT], Z.account_id, on=TODAY, together=False)
    assert together == premium() + Money.of(65 * (200 + 875))
    assert alone == premium() + Money.of(65 * 3750)


def test_legs_of_another_expiry_help_nothing() -> None:
    later = replace(BOUGHT, series=("NIFTY", date(2026, 12, 29)))
    assert needs([WRITTEN, later], Z.account_id, on=TODAY) == premium() + Money.of(65 * 3750)


def test_an_order_that_closes_an_earlier_one_needs_nothing() -> None:
    buy = Line(order("BUY 100 NSE:INFY MIS LIMIT 1500"), SHARE, (Z,))
    sell = Line(order("SELL 100 NSE:INFY MIS LIMIT 1500"), SHARE, (Z,))
    assert needs([sell, buy], Z.account_id, on=TODAY) == Money.of(30_000)


def test_what_cannot_be_priced_is_not_known() -> None:
    dark = Line(order("BUY 1 NSE:INFY MIS MARKET"), replace(SHARE, last_price=None), (Z,))
    assert needs([dark], Z.account_id, on=TODAY) is None
    assert needs([BOUGHT], account(BrokerId.UPSTOX).account_id, on=TODAY) is None
