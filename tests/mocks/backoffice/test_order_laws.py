"""Laws of an order's life that hold whatever clients, the market and the clock do."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from mocks.brokers.backoffice.orders import ENDED, Change, OrderUpdate, Stage
from mocks.brokers.backoffice.refusal import Refusal
from mocks.exchange.model import Side
from tests.mocks.backoffice.desk import INFY, USER, Desk
from tests.mocks.backoffice.pace import slow

# What may follow what; a change may be overtaken by fills, so its stages may follow a partial fill and the reverse.
OUT = {Stage.OPEN, Stage.PARTIAL, Stage.MODIFIED, Stage.NOT_MODIFIED, Stage.NOT_CANCELLED}
FLYING = {Stage.MODIFY_VALIDATING, Stage.MODIFY_SENT, Stage.CANCEL_SENT}
AFTER: dict[Stage, set[Stage]] = {
    Stage.RECEIVED: {Stage.VALIDATING, Stage.CANCELLED},
    Stage.VALIDATING: {Stage.SENT, Stage.REJECTED, Stage.CANCELLED},
    Stage.SENT: {Stage.OPEN, Stage.REJECTED, Stage.CANCELLED},
    **{stage: OUT | FLYING | {Stage.COMPLETE, Stage.CANCELLED} for stage in OUT | FLYING},
    **{stage: set() for stage in ENDED},
}

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("place"), st.integers(1, 30), st.integers(14_500, 15_412)),
        st.tuples(st.just("modify"), st.integers(1, 40), st.integers(14_500, 15_412)),
        st.tuples(st.just("meet"), st.integers(1, 25), st.integers(14_500, 15_412)),
        st.tuples(st.just("cancel"), st.just(0), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 400), st.just(0)),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None)
@given(steps=STEPS, pace=st.booleans())
def test_quantities_add_up_stages_follow_and_margin_fits_what_is_open(
    steps: list[tuple[str, int, int]], pace: bool
) -> None:
    desk = Desk(cash=10**10)
    if pace:
        slow(desk)
    heard: list[OrderUpdate] = []

    def hear(update: OrderUpdate) -> None:
        heard.append(update)
        row = update.row
        left = 0 if row.stage in ENDED else update.order.pending
        assert row.quantity == row.filled + row.cancelled + left

    desk.office.listen(USER, hear)
    for step in steps:
        _act(desk, *step)
    desk.wait(10)
    orders = desk.office.orders(USER)
    for order in orders:
        mine = [update.row for update in heard if update.order is order]
        assert mine == order.history
        assert [row.at for row in mine] == sorted(row.at for row in mine)
        assert all(two.stage in AFTER[one.stage] for one, two in pairwise(mine))
        assert order.blocked == order.pending * order.price
        assert order.filled == desk.traded.get(order.exchange_number, 0)
    live = {one.exchange_number: one.pending for one in orders if not one.ended}
    assert live == {
        one.order: one.quantity - one.filled
        for one in desk.exchange.open_orders(INFY)
        if one.client == desk.user.pan
    }
    assert desk.office.funds(USER).blocked == sum(order.blocked for order in orders)


def _act(desk: Desk, what: str, number: int, price: int) -> None:
    orders = desk.office.orders(USER)
    try:
        match what:
            case "place":
                desk.place(f"BUY {number} NSE:INFY CNC LIMIT {price / 10}")
            case "modify" if orders:
                change = Change(quantity=number, price=price * 10)
                desk.office.modify(USER, orders[-1].order_id, change)
            case "cancel" if orders:
                desk.office.cancel(USER, orders[0].order_id)
            case "meet":
                desk.meet(Side.SELL, number, price * 10)
            case "wait":
                desk.wait(number / 1000)
    except Refusal:
        return
