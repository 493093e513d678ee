"""Sends children, each once, in parallel; every end of a call becomes a fact."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from adapters.guard import TooLate
from domain.errors import AddressRefused, BrokerRejected, BrokerUnavailable, OutcomeUnknown, SessionExpired
from domain.order import ChildOrder, End, Ended, Fact, Lost, OrderEvent, Source
from orchestrator.accounts.connections import Connection
from orchestrator.orders.cancel import cancel_if_asked
from orchestrator.orders.learn import learn
from orchestrator.orders.trading import Trading
from orchestrator.orders.underway import MOVED
from orchestrator.telemetry import tracing
from orchestrator.telemetry.overhead import broker_wait

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """A child after its answer. `unsent` is provably dead quantity: it may go elsewhere."""

    child: ChildOrder
    unsent: bool


async def send_all(trading: Trading, children: Sequence[ChildOrder]) -> list[Sent]:
    """Every child's end, in order. A bug in one never cancels a sibling's request mid-wire: gather, not TaskGroup."""
    ends = await asyncio.gather(*(_send(trading, child) for child in children), return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException):
            raise end  # a bug, loud; the child stays SUBMITTING and reconciliation looks for it
    return [end for end in ends if isinstance(end, Sent)]


async def _send(trading: Trading, child: ChildOrder) -> Sent:
    trading.sending.add(child.id)
    try:
        with (
            structlog.contextvars.bound_contextvars(order=child.order_id),
            tracing.span("order.child", order=child.order_id, child=child.id, broker=child.broker.value),
        ):
            return await _ask_and_learn(trading, child)
    finally:
        trading.sending.discard(child.id)


async def _ask_and_learn(trading: Trading, child: ChildOrder) -> Sent:
    began = time.perf_counter()
    with broker_wait(orders=1):
        fact, note, unsent, clear = await _ask(trading, child)
    latency = round((time.perf_counter() - began) * 1000)
    now = trading.clock()
    changed = await learn(
        trading,
        child.id,
        [fact],
        source=Source.ANSWER,
        events=[OrderEvent(now, "not_sent", note, child.id, latency_ms=latency)] if note else [],
        answered_at=now if clear else None,
        latency_ms=latency,
    )
    await cancel_if_asked(trading, changed)
    # Whoever slept in between asks nobody else: hours later it may be the last thing that its user wants.
    return Sent(changed.after, unsent and not trading.sending.too_late(child.id, MOVED))


async def _ask(trading: Trading, child: ChildOrder) -> tuple[Fact, str | None, bool, bool]:
    """(fact, note for the timeline, provably not sent, clear answer)."""
    connection = trading.connections.get(child.account_id)
    if connection is None or connection.broker is None:
        fact: Fact = Ended(End.REJECTED, trading.clock(), "the account is not connected")
        return fact, "The account is no longer connected; nothing was sent.", True, True
    try:
        against = partial(_against, trading, connection, child)
        taken = await connection.broker.place(child, exits=connection.exits(child), against=against)
        return taken, None, False, True
    except TooLate as error:
        ended = Ended(End.REJECTED, trading.clock(), error.words)
        return ended, "It was not sent, and nothing is sent in its place.", False, True
    except AddressRefused as error:
        ended = Ended(End.REJECTED, trading.clock(), error.words)
        return ended, "The broker takes no order from where ours come from; nothing was done.", True, True
    except BrokerRejected as error:
        return Ended(End.REJECTED, trading.clock(), error.words), None, False, True
    except SessionExpired as error:
        await trading.connections.login_needed(child.account_id, error.words)
        ended = Ended(End.REJECTED, trading.clock(), error.words)
        return ended, "The broker wants a new login; nothing was done.", True, True
    except BrokerUnavailable as error:
        ended = Ended(End.REJECTED, trading.clock(), error.words)
        return ended, "It never reached the broker.", True, True
    except OutcomeUnknown as error:
        log.warning("orders.unclear", child=child.id, broker=child.broker.value, words=error.words)
        return Lost(trading.clock(), error.words), None, False, False


def _against(trading: Trading, connection: Connection, child: ChildOrder) -> str | None:
    """Why it must not leave any more; asked at the last moment."""
    if trading.sending.too_late(child.id):
        return "it could not be sent in time: it was recorded too long ago"
    if not trading.owning.owns(connection.account.user_id):
        return "another process works for this user now"
    return None
