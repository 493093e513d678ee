"""A person's yes or no to what a program asked for."""

from __future__ import annotations

import asyncio
from typing import Any

from domain.routing import Denied
from orchestrator.bus import Bus
from orchestrator.errors import Problem
from orchestrator.identity.caller import Caller
from orchestrator.orders import finding, waiting
from orchestrator.orders.permit import Approved
from orchestrator.orders.place import place_approved
from orchestrator.orders.rows import StoredOrder
from orchestrator.orders.trading import Trading
from orchestrator.orders.waiting import Approval, ApprovalState
from orchestrator.tokens.personal import PersonalTokens

LOOK = 5.0  # seconds between looks at what nobody answered


async def approve(
    trading: Trading, tokens: PersonalTokens, approval: Approval, *, plan_hash: str, by: Caller
) -> tuple[StoredOrder, bool] | Denied:
    """The order, and whether it had been approved before. Raises Problem 409 when it is over, its plan is another, or
    its token is good no more."""
    if approval.order_id is not None:
        order_id = approval.order_id
        stored = await trading.db.read(lambda conn: finding.load(conn, approval.user_id, order_id))
        if stored is not None:
            return stored, True
    if approval.state is not ApprovalState.WAITING:
        raise waiting.over(approval)
    token = await tokens.known(approval.token)
    if token is None:
        text = "the token that asked for this was revoked, or has expired"
        raise Problem(409, "token_revoked", text, fix="place it yourself, if you want it")
    program = Caller(approval.user_id, token=token.id, scopes=token.may, policy=token.limits)
    return await place_approved(trading, approval, Approved(approval.id, plan_hash, by), program)


async def decline(trading: Trading, by: Caller, approval_id: str, *, words: str) -> Approval:
    """Raises Problem 404, 409 when it is over."""
    now = trading.clock()
    declined = await trading.db.write(
        lambda conn: waiting.decline(conn, by.user_id, approval_id, actor=by.actor, words=words, now=now),
        lock=f"orders:{by.user_id}",
    )
    trading.bus.nudge()
    return declined


def plan_changed(approval: dict[str, Any]) -> Problem:
    return Problem(
        409,
        "plan_changed",
        "what would be sent now is not what you looked at",
        rule="a yes holds for one plan: its accounts, quantities and price",
        fix="look at the new plan, and say yes to that",
        approval=approval,
    )


class Expiry:
    """Writes down, and tells, which orders nobody answered in time."""

    def __init__(self, trading: Trading, bus: Bus) -> None:
        self._trading, self._bus = trading, bus

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(LOOK)
            await self.look()

    async def look(self) -> None:
        now = self._trading.clock()
        if await self._trading.db.write(lambda conn: waiting.expire(conn, now)):
            self._bus.nudge()
