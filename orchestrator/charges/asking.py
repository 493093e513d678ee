"""After a fill: the broker is asked what it charges for it, and its figure is kept beside the prediction.

Only a question: nothing waits for the answer, and one that does not come is asked again at the next round.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP

import structlog
from sqlalchemy import Connection as SqlConnection

from adapters.broker import MarginAsk
from domain.account import AccountId, UserId
from domain.calendar import IST
from domain.errors import BrokerRejected, BrokerUnavailable, OutcomeUnknown, SessionExpired
from domain.fees import FeePlan, Ware, ware_of
from domain.instrument import Kind
from domain.money import PAISA, Money, Price
from domain.order import ChildId, ChildOrder, OrderType
from orchestrator.accounts.connections import Connection
from orchestrator.charges import repository
from orchestrator.charges.repository import Charged
from orchestrator.orders import repository as orders
from orchestrator.orders.trading import Trading
from routing.fees import ChargesUnknown, Trade, charges
from routing.notation import Unreadable, kind_of

log = structlog.get_logger(__name__)

PAUSE = 20.0  # seconds between rounds
AT_ONCE = 20  # orders in one question
LOCK = "charged_children"
LEGS = "Each leg of an iceberg is charged as an order of its own: the broker tells no sum of them."
Filled = tuple[UserId, ChildOrder]


async def run(trading: Trading) -> None:
    """Ask about the day's fills, round after round."""
    while True:
        await ask_for_today(trading)
        await asyncio.sleep(PAUSE)


async def ask_for_today(trading: Trading) -> None:
    """Ask about every fill of the IST day that was not asked about, of the users that this process works for."""
    midnight = trading.clock().astimezone(IST).replace(hour=0, minute=0, second=0, microsecond=0)
    await ask_since(trading, midnight, whose=trading.owning.owns)


async def ask_since(
    trading: Trading, since: datetime, *, whose: Callable[[UserId], bool] = lambda _user: True
) -> int:
    """Ask about every fill since then that was not asked about; how many those were."""
    users = sorted({one.account.user_id for one in trading.connections.all() if one.ready})
    users = [user for user in users if whose(user)]
    if not users:
        return 0
    waiting = await trading.db.read(lambda conn: repository.waiting(conn, users, since))
    await _ask(trading, waiting)
    return len(waiting)


async def ask_for(trading: Trading, children: Collection[ChildId]) -> None:
    """Ask now about those of these children that have ended and were not asked about."""
    await _ask(trading, await trading.db.read(lambda conn: repository.unasked_of(conn, children)))


async def _ask(trading: Trading, filled: Sequence[Filled]) -> None:
    by_account: dict[AccountId, list[Filled]] = defaultdict(list)
    for user, child in filled:
        by_account[child.account_id].append((user, child))
    for account_id, mine in by_account.items():
        connection = trading.connections.get(account_id)
        if connection is None or not connection.ready:
            continue
        for start in range(0, len(mine), AT_ONCE):
            await _ask_at(trading, connection, mine[start : start + AT_ONCE])


async def _ask_at(trading: Trading, connection: Connection, some: Sequence[Filled]) -> None:
    priced = [(child, price) for _, child in some if (price := _price(child)) is not None]
    whole = [(child, price) for child, price in priced if not child.iceberg_legs]
    answer = await _told(connection, [_question(child, price) for child, price in whole])
    if answer is None:
        return
    told, words = answer
    amounts = {child.id: amount for (child, _), amount in zip(whole, told, strict=True)}
    now = trading.clock()
    found = [
        Charged(
            child.id,
            now,
            child.filled_quantity,
            reckoned(trading, child, price, connection.fees) if child.id in amounts else None,
            amounts.get(child.id),
            None if amounts.get(child.id) is not None else words if child.id in amounts else LEGS,
        )
        for child, price in priced
    ]

    def work(conn: SqlConnection) -> None:
        repository.save(conn, found)
        for user, child in some:
            orders.tell(conn, user, child.order_id, now)

    await trading.db.write(work, lock=LOCK)
    for user, child in some:
        trading.announcer.changed(user, child.order_id)


async def _told(
    connection: Connection, asks: Sequence[MarginAsk]
) -> tuple[Sequence[Money | None], str] | None:
    """What the broker charges for each, and why not where it does not tell; None: ask again later."""
    silent: list[Money | None] = [None for _ in asks]
    words = f"{connection.terms.name} does not tell what an order costs."
    if not asks or connection.broker is None:
        return None if asks else (silent, words)
    try:
        return await connection.broker.charges(asks) or silent, words
    except BrokerRejected as refused:
        return silent, refused.words
    except (BrokerUnavailable, OutcomeUnknown, SessionExpired) as failed:
        log.info("charges.not_told", account=connection.account.id, words=failed.words)
        return None


def _price(child: ChildOrder) -> Price | None:
    """The average in whole paise: brokers take no other price."""
    average = child.average_price
    return None if average is None else Price(average.amount.quantize(PAISA, ROUND_HALF_UP))


def _question(child: ChildOrder, price: Price) -> MarginAsk:
    return MarginAsk(
        child.instrument, child.side, child.filled_quantity, OrderType.LIMIT, child.product, price
    )


def reckoned(trading: Trading, child: ChildOrder, price: Price, plan: FeePlan) -> Money | None:
    """Our own figure for the same question, without the DP charge; None when our tables do not know."""
    listed = trading.instruments.get(child.instrument)
    try:
        kind, ware = (
            _what(child)
            if listed is None
            else (
                listed.kind,
                ware_of(
                    isin=listed.isin,
                    underlying=listed.underlying,
                    group=listed.group,
                    name=listed.called,
                ),
            )
        )
        exchange = child.instrument.exchange
        trade = Trade(exchange, kind, child.product, child.side, child.filled_quantity, price, ware)
        at = child.fills[-1].at if child.fills else child.accepted_at or trading.clock()
        return charges(child.broker, trade, on=at.astimezone(IST).date(), plan=plan, dp_due=False).total
    except (ChargesUnknown, Unreadable):
        return None


def _what(child: ChildOrder) -> tuple[Kind, Ware]:
    kind, underlying = kind_of(child.instrument)
    return kind, ware_of(isin=None, underlying=underlying)
