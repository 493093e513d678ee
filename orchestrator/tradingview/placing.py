"""Places what alerts ask for, behind the answer to their sender, each once: its delivery is the key of its order.

After a crash what was written down and not placed is placed by whoever starts next, while it is fresh enough; the same
key finds the order that was made already.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import structlog
from sqlalchemy import Connection

from domain.order import Order, OrderIntent, Status
from domain.routing import Denied
from orchestrator.errors import Problem
from orchestrator.identity.access import within
from orchestrator.identity.caller import Caller, Scope
from orchestrator.leases.shards import Asked, Owning
from orchestrator.orders.finding import load, replayed
from orchestrator.orders.place import DryRun, place, preview
from orchestrator.orders.trading import Trading
from orchestrator.orders.waiting import Waiting, names_one
from orchestrator.tokens.personal import PersonalTokens
from orchestrator.tradingview import repository
from orchestrator.tradingview.alert import Alert, Unusable, check_age, read_alert
from orchestrator.tradingview.repository import Delivery, Hook, Outcome
from orchestrator.tradingview.rules import RulesIn, meant, order_of
from orchestrator.tradingview.telling import tell_failure

log = structlog.get_logger(__name__)

LOOK = 5.0  # seconds between looks for what was left over
LEFT_OVER = timedelta(seconds=10)  # after which nobody is placing it any more
AT_ONCE = 100
WAITS = "outside of what the token may do: it waits for your approval"


class Placer:
    """`begin` places in the background; `run` finds what a crash left, of the users whom this process works for."""

    def __init__(self, trading: Trading, tokens: PersonalTokens, owning: Owning | None = None) -> None:
        self._trading, self._tokens, self._owning = trading, tokens, owning or Asked()
        self._under_way: set[str] = set()  # deliveries that this process is placing

    def begin(self, delivery: Delivery) -> asyncio.Task[None]:
        """Place it now, without making its sender wait."""
        task = asyncio.create_task(self._placed(delivery))
        self._under_way.add(delivery.id)
        self._trading.running.add(task)
        task.add_done_callback(self._trading.running.discard)
        task.add_done_callback(lambda _: self._under_way.discard(delivery.id))
        task.add_done_callback(_failed)
        return task

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(LOOK)
            await self.resume()

    async def resume(self) -> None:
        """Place what was received and came to nothing. One that cannot be placed keeps no other from it."""
        before = self._trading.clock() - LEFT_OVER
        left = await self._trading.db.read(lambda conn: repository.waiting(conn, before, AT_ONCE))
        mine = [one for one in left if self._owning.owns(one.user_id)]
        begun = [self.begin(one) for one in mine if one.id not in self._under_way]
        if begun:
            await asyncio.wait(begun)

    async def _placed(self, one: Delivery) -> None:
        hook = await self._trading.db.read(lambda conn: repository.find(conn, one.hook_id))
        done = replace(await self._outcome(one, hook), done_at=self._trading.clock())

        def work(conn: Connection) -> None:
            if repository.end(conn, done):
                tell_failure(conn, hook, done)

        await self._trading.db.write(work)
        if done.outcome in repository.FAILED:
            log.warning("alert_not_placed", hook=one.hook_id, delivery=one.id, code=done.code)

    async def _outcome(self, one: Delivery, hook: Hook | None) -> Delivery:
        if hook is None:
            return replace(one, outcome=Outcome.REFUSED, code="hook_removed", words="the hook was removed")
        late = self._trading.clock() - one.received_at > LEFT_OVER
        if late and (made := await self._made(one, hook)) is not None:
            return made
        try:
            alert = alert_of(one)
            if late:
                check_age(alert, self._trading.clock(), timedelta(seconds=hook.max_age))
            caller = await self.caller(hook, one.address)
            intent = self.intent(RulesIn.model_validate_json(hook.rules), alert)
            return await self._sent(one, caller, intent)
        except Unusable as error:
            outcome = Outcome.EXPIRED if error.code == "alert_too_old" else Outcome.REFUSED
            return replace(one, outcome=outcome, code=error.code, words=error.words)
        except Problem as problem:
            return replace(one, outcome=Outcome.REFUSED, code=problem.code, words=problem.detail)

    async def _made(self, one: Delivery, hook: Hook) -> Delivery | None:
        """What it came to before a crash, if anything: an order that exists is told, whatever has changed since."""
        key = Caller(one.user_id, token=hook.token_id).own(_key(one))

        def work(conn: Connection) -> Delivery | None:
            earlier = replayed(conn, one.user_id, key)
            if earlier is None:
                return None
            if names_one(earlier[0]):
                return replace(one, outcome=Outcome.WAITS, code=earlier[0], words=WAITS)
            stored = load(conn, one.user_id, earlier[0])
            return _told(one, stored.order) if stored else None

        return await self._trading.db.read(work)

    async def _sent(self, one: Delivery, caller: Caller, intent: OrderIntent) -> Delivery:
        answer = await place(
            self._trading,
            user_id=caller.user_id,
            intent=intent,
            key=_key(one),
            fingerprint=hashlib.sha256(repr(intent).encode()).hexdigest(),
            caller=caller,
        )
        if isinstance(answer, DryRun):
            return replace(
                one, outcome=Outcome.DRY_RUN, words="the token only tries things: nothing was sent"
            )
        if isinstance(answer, Waiting) and answer.approval is not None:
            return replace(one, outcome=Outcome.WAITS, code=answer.approval.id, words=WAITS)
        if isinstance(answer, Denied):
            first = answer.reasons[0]
            return replace(one, outcome=Outcome.REFUSED, code=first.code, words=first.message)
        return _told(one, answer[0].order)

    async def caller(self, hook: Hook, address: str) -> Caller:
        """Whom the hook trades for: the personal token that it was made under, as it is now. Raises Problem."""
        token = await self._tokens.known(hook.token_id)
        if token is None:
            words = "the personal token of this hook was revoked or has expired"
            raise Problem(403, "hook_token_over", words, fix="make a hook under another token")
        if not token.limits.takes_address(address):
            words = "the personal token of this hook is not good for alerts from this address"
            raise Problem(403, "token_policy", words, clause="addresses")
        caller = Caller(token.user_id, token=token.id, scopes=token.may, policy=token.limits, address=address)
        return within(caller, Scope.TRADE)

    def intent(self, rules: RulesIn, alert: Alert) -> OrderIntent:
        """The order that an alert stands for by these rules. Raises Unusable."""
        name = meant(rules, alert)
        one = self._trading.instruments.get(name)
        if one is None:
            raise Unusable(
                "instrument_unknown", f"no broker lists {name}: add {alert.name} to the symbols of this hook"
            )
        return order_of(rules, alert, one)

    async def tried(self, hook: Hook, alert: Alert, address: str) -> tuple[OrderIntent, Any]:
        """The order of an alert, and what would be decided on it now. Nothing is written down or sent."""
        caller = await self.caller(hook, address)
        intent = self.intent(RulesIn.model_validate_json(hook.rules), alert)
        seen = await preview(self._trading, user_id=caller.user_id, intent=intent, caller=caller)
        return intent, seen[1]


def _key(one: Delivery) -> str:
    """Of its order."""
    return f"hook-{one.id}"


def _told(one: Delivery, order: Order) -> Delivery:
    if order.status is Status.REJECTED:
        said = next((child.reason for child in order.children if child.reason), "the broker refused it")
        return replace(one, outcome=Outcome.REJECTED, code="rejected", words=said, order_id=order.id)
    return replace(one, outcome=Outcome.PLACED, order_id=order.id)


def alert_of(one: Delivery) -> Alert:
    """As it was received. Raises Unusable."""
    return read_alert(json.loads(one.alert, parse_float=Decimal))


def _failed(task: asyncio.Task[None]) -> None:
    """It stays written down, and is placed at the next look."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("alert_placing_failed", exc_info=error)
