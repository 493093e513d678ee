"""One PAN, all accounts: which own orders could trade with each other, and what the user's setting makes of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.account import AccountId
from domain.limits import Resting, SelfTrade
from domain.money import Price
from domain.order import OrderIntent, OrderType, Side, Validity
from routing.selftrade import STOPS, When, conflicts, judge
from tests.routing.cases import SHARE, order


def resting(text: str, **more: Any) -> Resting:
    """An own order in the book, in the notation of orders; a stop waits for its trigger."""
    intent = order(text)
    given = {
        "account_id": AccountId("acc-z"),
        "label": "Zerodha",
        "order_id": "ord_1",
        "ours": True,
        "instrument": intent.instrument,
        "side": intent.side,
        "quantity": intent.quantity,
        "order_type": intent.order_type,
        "price": intent.price,
        "trigger_price": intent.trigger_price,
        "waiting": intent.order_type in STOPS,
    }
    return Resting(**{**given, **more})


def meets(new: str, old: str) -> When | None:
    found = conflicts(order(new), SHARE, [resting(old)])
    return found[0].when if found else None


@pytest.mark.parametrize(
    ("new", "old", "when"),
    [
        ("BUY 1 NSE:INFY CNC LIMIT 1500", "SELL 1 NSE:INFY CNC LIMIT 1500", When.AT_ONCE),
        ("BUY 1 NSE:INFY CNC LIMIT 1499.95", "SELL 1 NSE:INFY CNC LIMIT 1500", None),
        ("SELL 1 NSE:INFY CNC LIMIT 1500", "BUY 1 NSE:INFY CNC LIMIT 1500", When.AT_ONCE),
        ("SELL 1 NSE:INFY CNC LIMIT 1500.05", "BUY 1 NSE:INFY CNC LIMIT 1500", None),
        ("BUY 1 NSE:INFY MIS MARKET", "SELL 1 NSE:INFY CNC LIMIT 1510", When.AT_ONCE),
        (
            "BUY 1 NSE:INFY MIS MARKET",
            "SELL 1 NSE:INFY CNC LIMIT 1600",
            None,
        ),  # beyond a market order's reach
        ("SELL 1 NSE:INFY MIS MARKET", "BUY 1 NSE:INFY CNC LIMIT 1490", When.AT_ONCE),
        ("SELL 1 NSE:INFY MIS MARKET", "BUY 1 NSE:INFY CNC LIMIT 1400", None),
        (
            "BUY 1 NSE:INFY CNC LIMIT 1400",
            "SELL 1 NSE:INFY CNC MARKET",
            When.AT_ONCE,
        ),  # on its way: any price
        ("BUY 1 BSE:INFY CNC LIMIT 1500", "SELL 1 NSE:INFY CNC LIMIT 1500", None),  # two books
        ("BUY 1 NSE:INFY CNC LIMIT 1500", "BUY 1 NSE:INFY CNC LIMIT 1500", None),
    ],
)
def test_orders_meet_where_their_prices_do(new: str, old: str, when: When | None) -> None:
    assert meets(new, old) is when


@pytest.mark.parametrize(
    ("new", "old", "when"),
    [
        # a stop-loss at 1450 that may sell down to 1440
        ("BUY 1 NSE:INFY CNC LIMIT 1445", "SELL 1 NSE:INFY CNC SL 1440 @1450", When.ON_TRIGGER),
        ("BUY 1 NSE:INFY CNC LIMIT 1450", "SELL 1 NSE:INFY CNC SL 1440 @1450", When.ON_TRIGGER),
        ("BUY 1 NSE:INFY CNC LIMIT 1439.95", "SELL 1 NSE:INFY CNC SL 1440 @1450", None),
        # filled before the price can fall to the trigger
        ("BUY 1 NSE:INFY CNC LIMIT 1460", "SELL 1 NSE:INFY CNC SL 1440 @1450", None),
        ("BUY 1 NSE:INFY MIS MARKET", "SELL 1 NSE:INFY CNC SL 1440 @1450", None),
        ("BUY 1 NSE:INFY CNC LIMIT 1000", "SELL 1 NSE:INFY CNC SL-M @1450", When.ON_TRIGGER),
        # the new order is the stop
        ("SELL 1 NSE:INFY CNC SL 1440 @1450", "BUY 1 NSE:INFY CNC LIMIT 1445", When.ON_TRIGGER),
        ("BUY 1 NSE:INFY MIS SL 1560 @1550", "SELL 1 NSE:INFY CNC LIMIT 1555", When.ON_TRIGGER),
        ("BUY 1 NSE:INFY MIS SL 1560 @1550", "SELL 1 NSE:INFY CNC LIMIT 1540", None),
        # the stops of a position that is hedged on both sides are never released by one price
        ("BUY 1 NSE:INFY MIS SL-M @1550", "SELL 1 NSE:INFY MIS SL-M @1450", None),
        ("BUY 1 NSE:INFY MIS SL 1460 @1440", "SELL 1 NSE:INFY MIS SL 1430 @1450", When.ON_TRIGGER),
    ],
)
def test_a_stop_meets_what_still_rests_when_it_is_released(new: str, old: str, when: When | None) -> None:
    assert meets(new, old) is when


def test_an_order_that_never_rests_meets_no_waiting_stop() -> None:
    stop = resting("SELL 1 NSE:INFY CNC SL 1440 @1450")
    assert not conflicts(order("BUY 1 NSE:INFY CNC LIMIT 1445 IOC"), SHARE, [stop])


def test_a_released_stop_is_an_order_like_any_other() -> None:
    stop = resting("SELL 1 NSE:INFY CNC SL 1440 @1450", waiting=False)
    assert conflicts(order("BUY 1 NSE:INFY CNC LIMIT 1460"), SHARE, [stop])[0].when is When.AT_ONCE


def test_refusing_names_the_order_its_account_and_a_stop_loss_as_one() -> None:
    plain, stop = (
        resting("SELL 5 NSE:INFY CNC LIMIT 1445"),
        resting("SELL 7 NSE:INFY CNC SL 1440 @1450", order_id="ord_2"),
    )
    verdict = judge(order("BUY 1 NSE:INFY CNC LIMIT 1446"), SHARE, [stop, plain], SelfTrade.REFUSE)
    first, second = (reason.message for reason in verdict.refusal)
    assert first.startswith("It would trade with your order ord_1 at Zerodha (SELL 5 at ₹1,445.00)")
    assert "your stop-loss ord_2 at Zerodha (SELL 7 at ₹1,440.00, trigger ₹1,450.00)" in second
    assert second.endswith("That stop-loss is at risk.")
    assert verdict.refusal[0].fix == "Use a limit of ₹1,444.95 or lower."


def test_repricing_goes_one_tick_short_of_the_nearest_own_order() -> None:
    book = [resting("SELL 1 NSE:INFY CNC LIMIT 1500"), resting("SELL 1 NSE:INFY CNC LIMIT 1490")]
    verdict = judge(order("BUY 1 NSE:INFY CNC LIMIT 1505"), SHARE, book, SelfTrade.REPRICE)
    assert verdict.repriced
    assert verdict.intent.price == Price.of("1489.95")


@pytest.mark.parametrize("new", ["BUY 1 NSE:INFY CNC MARKET", "BUY 1 NSE:INFY MIS SL 1510 @1501"])
def test_what_has_no_price_to_move_is_refused_instead(new: str) -> None:
    book = [resting("SELL 1 NSE:INFY CNC LIMIT 1505")]
    assert judge(order(new), SHARE, book, SelfTrade.REPRICE).refusal


def test_a_plain_order_of_ours_is_cancelled_first() -> None:
    book = [resting("SELL 1 NSE:INFY CNC LIMIT 1500")]
    verdict = judge(order("BUY 1 NSE:INFY CNC LIMIT 1505"), SHARE, book, SelfTrade.CANCEL_THEN_SEND)
    assert [one.resting for one in verdict.cancel_first] == book
    assert not verdict.refusal


@pytest.mark.parametrize(
    "old",
    [
        resting("SELL 1 NSE:INFY CNC SL 1440 @1450"),
        resting("SELL 1 NSE:INFY CNC LIMIT 1445", ours=False),
    ],
    ids=["stop-loss", "placed elsewhere"],
)
def test_a_stop_loss_and_what_was_placed_elsewhere_are_never_cancelled_for_another_order(
    old: Resting,
) -> None:
    free = resting("SELL 1 NSE:INFY CNC LIMIT 1445", order_id="ord_9")
    verdict = judge(order("BUY 1 NSE:INFY CNC LIMIT 1446"), SHARE, [old, free], SelfTrade.CANCEL_THEN_SEND)
    assert verdict.refusal
    assert not verdict.cancel_first


# --- against a model of the book ---------------------------------------------------------------------------------

PRICES = [Price(Decimal(amount)) for amount in range(90, 111)]
LAST = 100
MARKET = replace(SHARE, tick=Price.of(1), last_price=Price.of(LAST))


@st.composite
def orders(draw: st.DrawFn, side: Side) -> OrderIntent:
    """LIMIT, or a stop that is not released at the last price and could trade at its own trigger."""
    price = draw(st.sampled_from(PRICES))
    intent = order(f"{side} 1 NSE:INFY CNC LIMIT 100")
    if draw(st.booleans()):
        return replace(intent, price=price)
    trigger = draw(st.sampled_from(PRICES))
    buys = side is Side.BUY
    assume(trigger.amount > LAST if buys else trigger.amount < LAST)
    assume(price >= trigger if buys else price <= trigger)
    return replace(intent, order_type=OrderType.SL, price=price, trigger_price=trigger)


def meet_somewhere(buy: OrderIntent, sell: OrderIntent) -> bool:
    """By trying every last price: both in the book there, neither filled on the way, and willing."""

    def there(one: OrderIntent, last: int) -> bool:
        assert one.price is not None
        buys = one.side is Side.BUY
        if one.trigger_price is not None:
            return last >= one.trigger_price.amount if buys else last <= one.trigger_price.amount
        return (
            last >= one.price.amount if buys else last <= one.price.amount
        )  # the price traded through others

    assert buy.price is not None
    assert sell.price is not None
    if buy.price < sell.price:
        return False
    if buy.trigger_price is None and sell.trigger_price is None:
        return True
    return any(there(buy, last) and there(sell, last) for last in range(80, 121))


@given(new_side=st.sampled_from(Side), data=st.data())
def test_the_guard_agrees_with_trying_every_price(new_side: Side, data: st.DataObject) -> None:
    new, old = data.draw(orders(new_side)), data.draw(orders(new_side.opposite))
    seen = resting("SELL 1 NSE:INFY CNC LIMIT 100")
    seen = replace(
        seen,
        side=old.side,
        order_type=old.order_type,
        price=old.price,
        trigger_price=old.trigger_price,
        waiting=old.trigger_price is not None,
    )
    buy, sell = (new, old) if new.side is Side.BUY else (old, new)
    assert bool(conflicts(new, MARKET, [seen])) == meet_somewhere(buy, sell)


@given(data=st.data(), setting=st.sampled_from(SelfTrade))
def test_what_may_be_sent_meets_nothing_that_stays(data: st.DataObject, setting: SelfTrade) -> None:
    new = data.draw(orders(data.draw(st.sampled_from(Side))))
    book = [
        replace(
            resting("SELL 1 NSE:INFY CNC LIMIT 100"),
            order_id=f"ord_{number}",
            side=one.side,
            order_type=one.order_type,
            price=one.price,
            trigger_price=one.trigger_price,
            waiting=one.trigger_price is not None,
            ours=data.draw(st.booleans()),
        )
        for number, one in enumerate(data.draw(st.lists(orders(new.side.opposite), max_size=4)))
    ]
    verdict = judge(new, MARKET, book, setting)
    if verdict.refusal:
        assert conflicts(new, MARKET, book)
        return
    gone = {one.resting for one in verdict.cancel_first}
    assert not conflicts(verdict.intent, MARKET, [one for one in book if one not in gone])
    assert all(one.ours and one.order_type not in STOPS for one in gone)
    better = verdict.intent.price
    assert better is not None
    assert new.price is not None
    assert better <= new.price if new.side is Side.BUY else better >= new.price
    assert verdict.intent.validity is Validity.DAY
