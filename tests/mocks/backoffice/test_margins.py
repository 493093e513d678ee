"""Margins of contracts: hedges count inside one account, closing needs nothing, a basket is asked in its order."""

from __future__ import annotations

from datetime import date

import pytest

from mocks.brokers.backoffice.margins import Need, intraday_percent, need
from mocks.brokers.backoffice.orders import OrderRequest, Product
from mocks.brokers.backoffice.refusal import Code
from mocks.brokers.backoffice.span import Stake, requirement
from mocks.exchange.model import Instrument, Kind, Side
from tests.mocks.backoffice.desk import INFY, USER, Desk

FUTURE = "NFO:NIFTY26DECFUT"
SPOT = 26_000_00
LAKH = 100_000_00


def contract(kind: Kind, strike: int = 0, expiry: str = "2026-12-29") -> Instrument:
    return Instrument(
        f"NFO:{kind}{strike}{expiry}", "NFO", "N", "NIFTY", kind, 1, "", 65, 5, 1800, 100_00, None,
        underlying="NSE:NIFTY 50", expiry=expiry, strike=strike,
    )  # fmt: skip


def stake(kind: Kind, quantity: int, *, strike: int = 0, last: int = SPOT, **more: object) -> Stake:
    days = (date(2026, 12, 29) - date(2026, 11, 20)).days
    return Stake(contract(kind, strike), quantity, last, SPOT, days, **more)  # type: ignore[arg-type]


LONG_FUTURE = stake(Kind.FUTURE, 65)
SHORT_CALL = stake(Kind.CALL, -65, strike=26_000_00, last=500_00)
FAR_CALL = stake(Kind.CALL, 65, strike=26_500_00, last=260_00)
LONG_PUT = stake(Kind.PUT, 65, strike=25_500_00, last=250_00)


def test_a_future_needs_its_scanned_range_and_exposure() -> None:
    found = requirement([LONG_FUTURE])
    value = 65 * SPOT
    assert (found.span, found.exposure) == (value * 10 // 100, value * 2 // 100)


def test_a_bought_option_needs_nothing_but_its_premium() -> None:
    assert requirement([FAR_CALL]).total == 0


def test_a_sold_option_needs_what_a_bad_day_would_cost() -> None:
    found = requirement([SHORT_CALL])
    assert 65 * SPOT * 0.07 < found.span < 65 * SPOT * 0.14
    assert found.exposure == 65 * SPOT * 2 // 100


def test_a_bought_option_lowers_the_margin_of_a_sold_one_to_the_most_the_spread_can_lose() -> None:
    spread = requirement([SHORT_CALL, FAR_CALL])
    assert spread.span < requirement([SHORT_CALL]).span / 3
    assert spread.span < 65 * 500_00 * 1.05  # the width; the prices are not the model's to the last rupee


def test_a_put_protects_a_future() -> None:
    assert requirement([LONG_FUTURE, LONG_PUT]).span < requirement([LONG_FUTURE]).span / 2


def test_margin_is_of_the_net_quantity_of_a_contract() -> None:
    assert requirement([LONG_FUTURE, stake(Kind.FUTURE, -65)]).total == 0


def test_months_against_each_other_keep_a_calendar_charge() -> None:
    near = Stake(contract(Kind.FUTURE, expiry="2026-11-24"), -65, SPOT, SPOT, 4)
    found = requirement([LONG_FUTURE, near])
    assert 0 < found.span < requirement([LONG_FUTURE]).span / 4


def test_a_share_call_in_the_money_needs_delivery_margin_in_its_last_days() -> None:
    last_days = Stake(contract(Kind.CALL, 25_000_00), 65, 1_000_00, SPOT, 1, share=True)
    assert requirement([last_days]).delivery == 65 * 25_000_00 * 20 * 70 // 10_000
    index = Stake(contract(Kind.CALL, 25_000_00), 65, 1_000_00, SPOT, 1)
    assert requirement([index]).delivery == 0


def test_different_underlyings_do_not_help_each_other() -> None:
    other = Instrument(
        "NFO:B", "NFO", "B", "BANKNIFTY", Kind.FUTURE, 2, "", 65, 5, 600, 1, None,
        underlying="NSE:NIFTY BANK", expiry="2026-12-29",
    )  # fmt: skip
    against = Stake(other, -65, SPOT, SPOT, 39)
    assert requirement([LONG_FUTURE, against]).span == 2 * requirement([LONG_FUTURE]).span


def test_intraday_leverage_depends_on_how_far_a_share_may_move() -> None:
    def share(band: int, derivatives: bool) -> Instrument:
        return Instrument(
            "NSE:X", "NSE", "X", "X", Kind.EQUITY, 1, "I", 1, 5, 10**6, 10_000, None,
            derivatives=derivatives, band_percent=band,
        )  # fmt: skip

    assert [intraday_percent(share(band, False)) for band in (5, 10, 20)] == [100, 40, 25]
    assert intraday_percent(share(10, True)) == 20
    assert need(share(10, True), Product.MTF, Side.BUY, 10, 100_00) == Need(cash=250_00)


# --- on the desk ------------------------------------------------------------------------------------------------------


def options(desk: Desk) -> tuple[str, str]:
    """Two calls of the same expiry, the nearer strike first."""
    calls = [
        one
        for one in desk.exchange.instruments.values()
        if one.kind is Kind.CALL and one.underlying == "NSE:NIFTY 50" and one.expiry == "2026-11-23"
    ]
    calls.sort(key=lambda one: one.strike)
    spot = desk.price("NSE:NIFTY 50")
    above = [one for one in calls if one.strike > spot]
    return above[0].key, above[3].key


def naked_block() -> int:
    """What a call that is sold blocks in an account without anything else."""
    desk = Desk(cash=50 * LAKH)
    near, _ = options(desk)
    return desk.place(f"SELL 65 {near} NRML LIMIT {desk.ask(near) / 100 + 20}").blocked


def test_a_hedge_that_is_held_lowers_what_the_next_order_blocks() -> None:
    desk = Desk(cash=50 * LAKH)
    near, far = options(desk)
    desk.place(f"BUY 65 {far} NRML MARKET")
    hedged = desk.place(f"SELL 65 {near} NRML LIMIT {desk.ask(near) / 100 + 20}")
    assert 0 < hedged.blocked < naked_block() / 2


def test_a_hedge_that_only_waits_helps_nobody() -> None:
    desk = Desk(cash=50 * LAKH)
    near, far = options(desk)
    desk.place(f"BUY 65 {far} NRML LIMIT {desk.bid(far) / 100 - 1}")
    sold = desk.place(f"SELL 65 {near} NRML LIMIT {desk.ask(near) / 100 + 20}")
    assert sold.blocked == naked_block()


def test_closing_a_future_blocks_nothing_and_turning_it_over_blocks_the_rest() -> None:
    desk = Desk(cash=50 * LAKH)
    desk.place(f"BUY 65 {FUTURE} NRML MARKET")
    single = desk.office.required_margin(USER, desk.request(f"BUY 65 {FUTURE} NRML LIMIT 26000")).total
    closing = desk.place(f"SELL 65 {FUTURE} NRML LIMIT {desk.ask(FUTURE) / 100 + 50}")
    turning = desk.place(f"SELL 65 {FUTURE} NRML LIMIT {desk.ask(FUTURE) / 100 + 50}")
    assert closing.blocked == 0
    assert turning.blocked == pytest.approx(single, rel=0.02)


def test_premium_received_counts_against_the_margin_of_a_sold_option() -> None:
    desk = Desk(cash=50 * LAKH)
    near, _ = options(desk)
    sold = desk.place(f"SELL 65 {near} NRML MARKET")
    funds = desk.office.funds(USER)
    assert funds.premium == -sold.filled_value
    assert funds.available == 50 * LAKH - funds.position_margin - funds.charges
    assert funds.span > 0 < funds.exposure


def test_a_basket_is_cheaper_with_the_hedge_first_and_the_same_in_the_end() -> None:
    desk = Desk(cash=50 * LAKH)
    near, far = options(desk)
    sell = desk.request(f"SELL 65 {near} NRML LIMIT {desk.bid(near) / 100}")
    buy = desk.request(f"BUY 65 {far} NRML LIMIT {desk.ask(far) / 100}")

    def total(*requests: OrderRequest) -> tuple[int, int]:
        found = desk.office.basket_margin(USER, requests)
        return found.initial.total, found.final.total

    hedge_first, hedge_last = total(buy, sell), total(sell, buy)
    assert hedge_first[0] < hedge_last[0]
    assert hedge_first[1] == hedge_last[1] < hedge_first[0] + 1
    alone = desk.office.basket_margin(USER, [buy, sell]).orders
    assert alone[1].total == desk.office.required_margin(USER, sell).total


def test_a_basket_may_leave_positions_out() -> None:
    desk = Desk(cash=50 * LAKH)
    desk.place(f"BUY 65 {FUTURE} NRML MARKET")
    sell = desk.request(f"SELL 65 {FUTURE} NRML MARKET")
    assert desk.office.basket_margin(USER, [sell]).initial.total == 0
    assert desk.office.basket_margin(USER, [sell], consider_positions=False).initial.total > 0


def test_pledged_shares_pay_margins_but_not_purchases() -> None:
    desk = Desk(cash=0)
    isin = desk.office.instrument(INFY).isin
    desk.office.set_holding(USER, INFY, 1000, 1400_00)
    desk.office.switches = type(desk.office.switches)(charges=False)
    funds = desk.office.pledge(USER, isin, 400)
    assert funds.collateral == 400 * desk.price() * 85 // 100
    assert (funds.available, funds.spendable) == (funds.collateral, 0)
    assert desk.refused("BUY 1 NSE:INFY CNC LIMIT 1500").code is Code.INSUFFICIENT_FUNDS
    desk.place("BUY 10 NSE:INFY MIS LIMIT 1500")
    after = desk.office.funds(USER)
    assert (after.collateral_used, after.available) == (3_000_00, funds.collateral - 3_000_00)
    assert desk.refused("SELL 601 NSE:INFY CNC MARKET").code is Code.INSUFFICIENT_HOLDINGS
    assert desk.office.pledge(USER, isin, -400).collateral == 0
