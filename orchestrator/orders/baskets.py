"""What several orders would need together at each account, by the broker's own call or by our estimate."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import structlog

from adapters.broker import MarginAsk
from domain.account import AccountId, BrokerId, UserId
from domain.errors import BrokerError
from domain.money import Money
from domain.order import OrderIntent
from orchestrator.accounts.connections import Connection
from orchestrator.orders.plan import Situation, choices_now, look, trading_day
from orchestrator.orders.trading import Trading
from routing.basket import Line, needs, sequence

PATIENCE = 2.0  # seconds that a broker's figure is waited for
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Need:
    """Rupees that all of them need at one account together, and `alone` each by itself; None: not known.

    `estimated` false: `together` is the broker's own figure. `available` is what is free there.
    """

    account_id: AccountId
    broker: BrokerId
    label: str
    together: Money | None
    alone: Money | None
    available: Money | None
    estimated: bool


async def price_basket(
    trading: Trading, *, user_id: UserId, intents: Sequence[OrderIntent]
) -> tuple[tuple[int, ...], list[Need]]:
    """In which order they would be sent, and what each account would need. Raises Problem as `look` does."""
    seen = await asyncio.gather(*(look(trading, user_id=user_id, intent=intent) for intent in intents))
    choices = await trading.db.read(lambda conn: [choices_now(conn, one) for one in seen])
    lines = [
        Line(one.intent, one.market, found, _series(one)) for one, found in zip(seen, choices, strict=True)
    ]
    order, day = sequence(lines), trading_day(seen[0].now)
    asks = [_ask(intents[at]) for at in order]
    told = await asyncio.gather(*(_told(one, asks, seen) for one in seen[0].connections))
    result = []
    for connection, figure in zip(seen[0].connections, told, strict=True):
        account = connection.account
        ours = needs(lines, account.id, on=day)
        free = next((one.margin_available for one in choices[0] if one.account_id == account.id), None)
        result.append(
            Need(
                account_id=account.id,
                broker=account.broker,
                label=account.label,
                together=ours if figure is None else figure,
                alone=needs(lines, account.id, on=day, together=False),
                available=free,
                estimated=figure is None,
            )
        )
    return order, result


def _series(situation: Situation) -> tuple[str, date] | None:
    one = situation.instrument
    return (one.underlying, one.expiry) if one.underlying and one.expiry else None


def _ask(intent: OrderIntent) -> MarginAsk:
    return MarginAsk(
        instrument=intent.instrument,
        side=intent.side,
        quantity=intent.quantity,
        order_type=intent.order_type,
        product=intent.product,
        price=intent.price,
        trigger_price=intent.trigger_price,
    )


async def _told(connection: Connection, asks: Sequence[MarginAsk], seen: Sequence[Situation]) -> Money | None:
    broker = connection.broker
    if broker is None or any(connection.account.id not in one.listed for one in seen):
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            return await broker.required_margins(asks)
    except (BrokerError, TimeoutError) as error:
        log.info("margin.not_told", account=connection.account.id, why=type(error).__name__)
        return None
