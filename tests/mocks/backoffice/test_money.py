"""Margins, fills, holdings, positions and the day's end: no paisa and no share appears or vanishes."""

from __future__ import annotations

import random

import pytest

from mocks.brokers.backoffice.entries import Occasion
from mocks.brokers.backoffice.margins import protected_price
from mocks.brokers.backoffice.orders import Change, Product
from mocks.brokers.backoffice.portfolio import Position
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.exchange.model import Side
from tests.mocks.backoffice.desk import INFY, USER, Desk

ISIN = "INE009A01021"
FUTURE = "NFO:NIFTY26DECFUT"


def holding(desk: Desk) -> tuple[int, int, int]:
    held = {one.isin: one for one in desk.office.holdings(USER)}[ISIN]
    return held.quantity, held.t1, held.used


def charged(desk: Desk) -> int:
    """Charges debited so far, paise."""
    return -sum(one.to_client for one in desk.office.ledger_entries(USER) if one.occasion is Occasion.CHARGES)


def test_an_open_delivery_buy_holds_its_whole_value() -> None:
    desk = Desk(cash=20_000_00)
    order = desk.place("BUY 10 NSE:INFY CNC LIMIT 1450")
    assert (order.blocked, desk.available) == (14_500_00, 5_500_00)
    desk.office.cancel(USER, order.order_id)
    assert desk.available == 20_000_00


def test_an_intraday_order_holds_a_fifth() -> None:
    desk = Desk()
    order = desk.place("BUY 10 NSE:INFY MIS LIMIT 1450")
    assert order.blocked == 2_900_00


def test_a_market_order_is_reckoned_at_its_protected_price() -> None:
    desk = Desk()
    instrument = desk.office.instrument(INFY)
    last = desk.price()
    assert protected_price(instrument, Side.BUY, last, 2.0) == (last + round(last * 0.02)) // 10 * 10
    no = Desk(cash=last).refused("BUY 1 NSE:INFY CNC MARKET")
    assert no.code is Code.INSUFFICIENT_FUNDS
    assert no.fields["has"] == last
    assert int(no.fields["needs"]) > last


def test_more_than_the_free_cash_is_refused() -> None:
    desk = Desk(cash=14_499_99)
    no = desk.refused("BUY 10 NSE:INFY CNC LIMIT 1450")
    assert (no.code, no.fields) == (Code.INSUFFICIENT_FUNDS, {"needs": 14_500_00, "has": 14_499_99})


def test_a_fill_moves_margin_from_the_order_to_the_purchase() -> None:
    desk = Desk()
    order = desk.place("BUY 10 NSE:INFY CNC MARKET")
    funds = desk.office.funds(USER)
    assert funds.blocked == 0
    assert funds.delivery_debit == order.filled_value
    assert funds.available == 1_000_000_00 - order.filled_value - funds.charges


def test_a_partial_fill_holds_margin_for_the_rest_only() -> None:
    desk = Desk(cash=10**12)
    offered = desk.exchange.quote(INFY).asks[0]
    order = desk.place(f"BUY {offered.quantity + 50} NSE:INFY CNC LIMIT {offered.price / 100}")
    assert order.blocked == 50 * offered.price


def test_closing_an_intraday_position_needs_no_margin() -> None:
    desk = Desk(cash=4_000_00)
    desk.place("BUY 10 NSE:INFY MIS MARKET")
    rest = desk.place("SELL 10 NSE:INFY MIS LIMIT 1600")
    assert rest.blocked == 0
    again = desk.refused("SELL 10 NSE:INFY MIS LIMIT 1600")
    assert again.code is Code.INSUFFICIENT_FUNDS


def test_a_closed_intraday_position_books_its_profit() -> None:
    desk = Desk()
    bought = desk.place("BUY 10 NSE:INFY MIS MARKET")
    desk.exchange.set_price(INFY, 1600_00)
    sold = desk.place("SELL 10 NSE:INFY MIS MARKET")
    gain = sold.filled_value - bought.filled_value
    funds = desk.office.funds(USER)
    assert (funds.realised, funds.position_margin) == (gain, 0)
    assert funds.available == 1_000_000_00 + gain - funds.charges


def test_a_sale_out_of_holdings_is_used_quantity_and_a_negative_position() -> None:
    desk = Desk()
    desk.office.set_holding(USER, INFY, 50, 1400_00)
    sold = desk.place("SELL 20 NSE:INFY CNC MARKET")
    (position,) = desk.office.positions(USER)
    assert (holding(desk), position.quantity) == ((50, 0, 20), -20)
    assert desk.office.funds(USER).sale_credit == sold.filled_value


def test_shares_bought_today_are_sold_before_those_held() -> None:
    desk = Desk()
    desk.office.set_holding(USER, INFY, 50, 1400_00)
    desk.place("BUY 30 NSE:INFY CNC MARKET")
    desk.place("SELL 40 NSE:INFY CNC MARKET")
    assert holding(desk) == (50, 0, 10)
    desk.place("BUY 10 NSE:INFY CNC MARKET")
    assert holding(desk) == (50, 0, 0)


def test_a_holding_may_be_sold_at_the_other_exchange() -> None:
    desk = Desk()
    desk.office.set_holding(USER, INFY, 5, 1400_00)
    desk.place("SELL 5 BSE:INFY CNC MARKET")
    assert holding(desk) == (5, 0, 5)
    assert desk.refused("SELL 1 NSE:INFY CNC MARKET").code is Code.INSUFFICIENT_HOLDINGS


def test_open_sales_count_against_what_can_be_sold() -> None:
    desk = Desk()
    desk.office.set_holding(USER, INFY, 10, 1400_00, t1=5)
    waiting = desk.place("SELL 12 NSE:INFY CNC LIMIT 1600")
    no = desk.refused("SELL 4 NSE:INFY CNC LIMIT 1600")
    assert no.fields == {"needs": 4, "has": 3}
    with pytest.raises(Refusal):
        desk.office.modify(USER, waiting.order_id, Change(quantity=16))
    desk.office.modify(USER, waiting.order_id, Change(quantity=15))
    assert waiting.quantity == 15


def test_without_ddpi_a_sale_needs_the_depositorys_leave() -> None:
    desk = Desk(ddpi=False)
    desk.office.set_holding(USER, INFY, 10, 1400_00)
    assert desk.refused("SELL 5 NSE:INFY CNC MARKET").code is Code.NEEDS_AUTHORISATION
    desk.office.authorise(USER, ISIN, 5)
    desk.place("SELL 5 NSE:INFY CNC MARKET")
    assert desk.refused("SELL 1 NSE:INFY CNC MARKET").code is Code.NEEDS_AUTHORISATION


def test_settlement_moves_purchases_to_t1_and_t1_to_settled() -> None:
    desk = Desk()
    desk.office.set_holding(USER, INFY, 50, 1400_00)
    bought = desk.place("BUY 30 NSE:INFY CNC MARKET")
    desk.office.settle()
    assert holding(desk) == (50, 30, 0)
    (held,) = desk.office.holdings(USER)
    assert held.average == pytest.approx((50 * 1400_00 + bought.filled_value) / 80)
    assert desk.available == 1_000_000_00 - bought.filled_value - charged(desk)
    desk.office.settle()
    assert holding(desk) == (80, 0, 0)


def test_settlement_takes_sold_shares_out_and_pays_for_them() -> None:
    desk = Desk()
    desk.office.set_holding(USER, INFY, 50, 1400_00)
    sold = desk.place("SELL 50 NSE:INFY CNC MARKET")
    desk.office.settle()
    assert desk.office.holdings(USER) == []
    assert desk.available == 1_000_000_00 + sold.filled_value - charged(desk)


def test_settlement_squares_intraday_off_and_carries_contracts() -> None:
    desk = Desk()
    desk.place("BUY 10 NSE:INFY MIS MARKET")
    future = desk.place(f"BUY 65 {FUTURE} NRML MARKET")
    resting = desk.place("BUY 10 NSE:INFY CNC LIMIT 1450")
    desk.office.settle()
    (carried,) = desk.office.positions(USER)
    assert (carried.key, carried.overnight_quantity) == (FUTURE, 65)
    assert carried.overnight_price == round(future.average)
    assert resting.ended
    assert desk.office.orders(USER) == []


def test_a_position_may_be_converted_when_the_money_is_there() -> None:
    desk = Desk(cash=20_000_00)
    desk.place("BUY 10 NSE:INFY MIS MARKET")
    desk.office.convert(USER, INFY, Side.BUY, 10, Product.MIS, Product.CNC)
    by_product = {one.product: one.quantity for one in desk.office.positions(USER)}
    assert by_product == {Product.MIS: 0, Product.CNC: 10}
    poor = Desk(cash=5_000_00)
    poor.place("BUY 10 NSE:INFY MIS MARKET")
    with pytest.raises(Refusal) as no:
        poor.office.convert(USER, INFY, Side.BUY, 10, Product.MIS, Product.CNC)
    assert no.value.code is Code.INSUFFICIENT_FUNDS
    with pytest.raises(Refusal) as no:
        desk.office.convert(USER, INFY, Side.BUY, 11, Product.CNC, Product.MIS)
    assert no.value.code is Code.NO_POSITION


def test_money_comes_in_and_goes_out_but_never_more_than_is_free() -> None:
    desk = Desk(cash=1_000_00)
    desk.office.deposit(USER, 500_00)
    assert desk.available == 1_500_00
    with pytest.raises(Refusal) as no:
        desk.office.withdraw(USER, 1_500_01)
    assert no.value.code is Code.INSUFFICIENT_FUNDS
    assert desk.office.withdraw(USER, 1_500_00).available == 0
    with pytest.raises(Refusal):
        desk.office.deposit(USER, 0)


def test_profit_is_realised_plus_unrealised_for_any_trades() -> None:
    dice = random.Random(7)
    for _ in range(50):
        position = Position(INFY, Product.MIS, dice.randint(-50, 50), 1500_00)
        for _ in range(dice.randint(0, 8)):
            side = Side.BUY if dice.random() < 0.5 else Side.SELL
            position.add(side, dice.randint(1, 40), dice.randint(1400_00, 1600_00))
        last = dice.randint(1400_00, 1600_00)
        signed = position.open_value if position.quantity >= 0 else -position.open_value
        unrealised = position.quantity * last - signed
        assert position.pnl(last) == position.realised + unrealised


def test_cash_blocked_and_shares_balance_over_a_random_day() -> None:
    """Invariant 13: what left the cash is in shares, positions or blocks, to the paisa."""
    dice = random.Random(11)
    desk = Desk(cash=50_000_000_00)
    desk.office.set_holding(USER, INFY, 500, 1500_00)
    for _ in range(120):
        side, product = dice.choice(["BUY", "SELL"]), dice.choice(["CNC", "MIS"])
        price = dice.choice([1480, 1500, 1541, 1545, 1560])
        try:
            order = desk.place(f"{side} {dice.randint(1, 60)} NSE:INFY {product} LIMIT {price}")
        except Refusal:
            continue
        if dice.random() < 0.3 and not order.ended:
            desk.office.cancel(USER, order.order_id)
        if dice.random() < 0.3:
            desk.wait()
    ledger, trades = desk.office.ledger(USER), desk.office.trades(USER)
    assert ledger.blocked == sum(order.blocked for order in ledger.live.values())
    flow = sum(t.quantity * t.price * (1 if t.side is Side.SELL else -1) for t in trades)
    for order in list(ledger.live.values()):
        desk.office.cancel(USER, order.order_id)
    (held,) = desk.office.holdings(USER)
    desk.office.settle()
    cash = 50_000_000_00 + flow
    squared = desk.office.funds(USER).cash + charged(desk) - cash
    net_mis = sum(t.quantity * (1 if t.side is Side.BUY else -1) for t in trades if t.product is Product.MIS)
    assert squared == net_mis * desk.price()
    net = sum(t.quantity * (1 if t.side is Side.BUY else -1) for t in trades if t.product is Product.CNC)
    after = desk.office.holdings(USER)
    assert sum(one.owned for one in after) == 500 + net
    assert held.isin == ISIN
