"""Accounts whose last reading is behind our own trades: what they hold may be more than it shows."""

from __future__ import annotations

from sqlalchemy import Connection as SqlConnection

from domain.account import AccountId
from domain.order import ChildOrder
from domain.routing import Denied, ReasonCode
from orchestrator.guards.repository import day_began
from orchestrator.orders import finding
from orchestrator.orders.leaving import newer
from orchestrator.orders.plan import Situation
from orchestrator.orders.trading import Trading
from routing.margin import DELIVERED

# Refusals that an order escapes when it only closes, or sells, what is held.
NOT_FOR_EXITS = frozenset(
    {
        ReasonCode.KILL_SWITCH,
        ReasonCode.CONSENT_NEEDED,
        ReasonCode.REDUCE_ONLY,
        ReasonCode.TRADING_HOURS,
        ReasonCode.DAY_LOSS,
        ReasonCode.DAY_ORDERS_LIMIT,
        ReasonCode.DAY_VALUE_LIMIT,
        ReasonCode.SYMBOL_LIMIT,
        ReasonCode.BROKER_LIMIT,
        ReasonCode.TOKEN_POLICY,
        ReasonCode.OPENS_OPPOSITE,
        ReasonCode.HOLDINGS_SHORT,
        ReasonCode.BREAKER_HELD,
    }
)


async def behind(trading: Trading, situation: Situation, refused: Denied) -> set[AccountId]:
    """Where our own entry into the position is newer than the reading of it, so that its exit was refused too early."""
    if not any(reason.code in NOT_FOR_EXITS for reason in refused.reasons):
        return set()
    read_at = {one.account.id: one.snapshot.as_of for one in situation.connections if one.snapshot}
    entries = await trading.db.read(lambda conn: _entries(conn, situation))
    return {
        one.account_id for one in entries if one.account_id in read_at and newer(one, read_at[one.account_id])
    }


def _entries(conn: SqlConnection, situation: Situation) -> list[ChildOrder]:
    """Today's orders on the other side of the same position, or (for delivery) in the same share."""
    intent, user_id = situation.intent, situation.user_id
    delivered = intent.product in DELIVERED
    listings = situation.same_share | {intent.instrument} if delivered else {intent.instrument}
    since = day_began(situation.now)
    found = [
        child
        for listing in sorted(listings, key=str)
        for child in (
            *finding.live_in(conn, user_id, listing),
            *finding.ended_in(conn, user_id, listing, since),
        )
    ]
    return [one for one in found if one.side is not intent.side and one.product is intent.product]
