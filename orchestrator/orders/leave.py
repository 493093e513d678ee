"""A refusal that a newer reading may lift is looked at again: leave may have been given, a position just opened."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from domain.routing import Denied, ReasonCode
from orchestrator.orders.behind import behind
from orchestrator.orders.plan import Situation, look
from orchestrator.orders.trading import Trading


async def seen_anew(trading: Trading, situation: Situation, outcome: object) -> Situation | None:
    """The situation once the accounts that such a refusal names have been read anew; None for any other outcome."""
    if not isinstance(outcome, Denied):
        return None
    waiting = {
        reason.account
        for reason in outcome.reasons
        if reason.code is ReasonCode.AUTHORISATION_NEEDED and reason.account is not None
    }
    waiting |= await behind(trading, situation, outcome)
    if not waiting:
        return None
    await asyncio.gather(*(trading.connections.refresh(account) for account in waiting))
    fresh = await look(trading, user_id=situation.user_id, intent=situation.intent, caller=situation.caller)
    return replace(situation, connections=fresh.connections, now=fresh.now, result=fresh.result)
