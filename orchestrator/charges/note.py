"""The contract note that a day should bring: our own orders at one account, billed as its broker bills them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta

from domain.account import BrokerAccount
from domain.calendar import IST
from domain.fees import FeePlan, ware_of
from domain.instrument import Instrument, InstrumentId
from domain.money import Money
from domain.order import ChildOrder, Fill
from orchestrator.charges import repository
from orchestrator.orders.trading import Trading
from routing.contract_note import ContractNote, Executed, draw_up
from routing.notation import kind_of

WEEK = timedelta(days=7)  # an order for the next session is answered days before it trades
Find = Callable[[InstrumentId], Instrument | None]


async def expected_note(
    trading: Trading, account: BrokerAccount, *, day: date, plan: FeePlan
) -> tuple[ContractNote, list[Executed]]:
    """The note of an IST day and the orders in it. Orders placed elsewhere are not known here.

    Raises ChargesUnknown; Unreadable for what nobody lists any more and whose name does not tell what it is.
    """
    start = datetime(day.year, day.month, day.day, tzinfo=IST)
    found = await trading.db.read(
        lambda conn: repository.traded(
            conn, account.user_id, account.id, start - WEEK, start + timedelta(days=1)
        )
    )
    orders = list(executed_on(found, day, trading.instruments.get))
    return draw_up(account.broker, orders, on=day, plan=plan), orders


def executed_on(children: Iterable[ChildOrder], day: date, find: Find) -> Iterator[Executed]:
    """What traded on the day, by the broker's own orders: each pays its brokerage, the legs of an iceberg too."""
    for child in children:
        if sum(fill.quantity for fill in child.fills) < child.filled_quantity:
            # Its trades are not all known: the broker's average stands for them.
            average = child.average_price
            if average is not None and child.accepted_at and _day(child.accepted_at) == day:
                yield _executed(child, child.filled_quantity, average * child.filled_quantity, find)
            continue
        for fills in _by_order(fill for fill in child.fills if _day(fill.at) == day):
            value = Money.sum(fill.price * fill.quantity for fill in fills)
            yield _executed(child, sum(fill.quantity for fill in fills), value, find)


def _by_order(fills: Iterable[Fill]) -> list[list[Fill]]:
    orders: dict[str, list[Fill]] = {}
    for fill in fills:
        orders.setdefault(fill.broker_order_id, []).append(fill)
    return list(orders.values())


def _executed(child: ChildOrder, quantity: int, value: Money, find: Find) -> Executed:
    listed = find(child.instrument)
    if listed is None:
        kind, underlying = kind_of(child.instrument)
        isin, ware = None, ware_of(isin=None, underlying=underlying)
    else:
        kind, isin = listed.kind, listed.isin
        ware = ware_of(isin=isin, underlying=listed.underlying, group=listed.group, name=listed.called)
    return Executed(child.instrument, kind, child.product, child.side, quantity, value, isin, ware)


def _day(moment: datetime) -> date:
    return moment.astimezone(IST).date()
