"""The one way a fact about a child gets into the database, whoever heard it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection as SqlConnection

from adapters.registry import broker_name
from domain.order import ChildId, ChildOrder, End, Ended, Fact, OrderEvent, OrderType, Source, Status
from orchestrator.orders import repository
from orchestrator.orders.repository import Changed, Step
from orchestrator.orders.trading import Trading
from orchestrator.telemetry import tracing
from orchestrator.trades import repository as trades
from routing.words import rupees


async def learn(
    trading: Trading,
    child_id: ChildId,
    facts: Sequence[Fact],
    *,
    source: Source,
    events: Sequence[OrderEvent] = (),
    answered_at: datetime | None = None,
    latency_ms: int | None = None,
) -> Changed:
    """Fold `facts` into the child, write its timeline, and tell whoever watches. Idempotent."""
    now, began = trading.clock(), tracing.now()

    def told(before: ChildOrder, after: ChildOrder) -> list[OrderEvent]:
        return [*events, *_steps(before, after, now, source, latency_ms)]

    def work(conn: SqlConnection) -> tuple[Changed, list[OrderEvent]]:
        changed = repository.add_facts(conn, child_id, facts, at=now, answered_at=answered_at, lines=told)
        lines = told(changed.before, changed.after)
        if changed.after.fills != changed.before.fills:
            isin = trading.instruments.isin(changed.after.instrument)
            trades.keep(conn, changed.user_id, trades.own_trades(changed.before, changed.after, isin))
        return changed, lines

    row = trading.known.row(child_id)
    step = None if row is None else repository.fold(row, facts, answered_at)
    if step is not None and not step.values and not events:
        return step.changed(cancel_asked=False)  # told before; what is new to nobody asks for no cancel
    quick = None if step is None or not step.of_one_row else await _taken(trading, step, told, now)
    changed, lines = quick if quick is not None else await trading.db.write(work)
    trading.known.keep(changed.kept)
    _time_first_fill(trading, changed, now)
    tracing.heard("order.learn", changed.after.order_id, began, child=child_id, source=source.value)
    if changed.anything or lines:
        if story := trading.stories.get(changed.after.order_id):
            story.heard(changed.after, lines)
        trading.announcer.changed(changed.user_id, changed.after.order_id)
    if changed.after.filled_quantity != changed.before.filled_quantity or changed.after.status.final:
        trading.connections.invalidate(changed.after.account_id)
    return changed


async def _taken(
    trading: Trading, step: Step, told: Callable[[ChildOrder, ChildOrder], list[OrderEvent]], now: datetime
) -> tuple[Changed, list[OrderEvent]] | None:
    """What most of what is heard needs: one row that is as we know it, changed without reading it before.

    None: somebody else has changed it meanwhile, and nothing was written.
    """
    lines = told(step.before.child, step.after.child)
    changed = await trading.db.write(lambda conn: repository.take(conn, step, lines, at=now), alone=True)
    return None if changed is None else (changed, lines)


def _time_first_fill(trading: Trading, changed: Changed, now: datetime) -> None:
    """A market order waits for nothing but its broker and the exchange: what it takes to fill is theirs."""
    before, after = changed.before, changed.after
    if after.order_type is not OrderType.MARKET or before.filled_quantity or not after.filled_quantity:
        return
    connection = trading.connections.get(after.account_id)
    if connection is not None and after.accepted_at is not None and not after.after_market:
        connection.book.filled((now - after.accepted_at).total_seconds())


def _steps(
    before: ChildOrder, after: ChildOrder, now: datetime, source: Source, latency_ms: int | None
) -> list[OrderEvent]:
    """The lines that this change adds to the timeline."""
    lines: list[OrderEvent] = []

    def line(kind: str, text: str, words: str | None = None) -> None:
        lines.append(OrderEvent(now, kind, text, after.id, words, latency_ms, source))

    for number in after.broker_order_ids:
        if number not in before.broker_order_ids:
            twice = " The broker holds this order more than once." if len(after.broker_order_ids) > 1 else ""
            line("accepted", f"{broker_name(after.broker)} took it as {number}.{twice}")
    if after.lost and not before.lost:
        line(
            "unknown",
            "No clear answer. It is looked for by its tag; nothing is sent again.",
            after.lost.words,
        )
    if after.absent and not before.absent and not after.broker_order_ids:
        line("absent", "Looked for by its tag and not there.", after.absent.words)
    for number, words in _new_states(before, after):
        line("state", f"At the broker{_which(after, number)}: {words}.", words)
    if after.modified and after.modified != before.modified:
        line("modified", f"Now {after.modified.quantity} at {after.modified.price or 'market'}.")
    if after.change_over and after.change_over != before.change_over:
        line("change_over", "The change is not in force here.", after.change_over.words)
    if after.filled_quantity > before.filled_quantity:
        line("fill", _fill_words(before, after))
    for end in _new_ends(before, after):
        kind = end.end if after.live_order_ids else after.status
        line(kind.value.lower(), _end_words(after, end), end.words)
    return lines


def _new_states(before: ChildOrder, after: ChildOrder) -> list[tuple[str, str]]:
    """(broker order id, the broker's new word) of each of its orders that got one."""
    old = {seen.broker_order_id: seen.words for seen in before.working_at}
    new = [(seen.broker_order_id, seen.words) for seen in after.working_at]
    return [(number, words) for number, words in new if old.get(number) != words]


def _new_ends(before: ChildOrder, after: ChildOrder) -> list[Ended]:
    """What ended, but for what its fills have said already."""
    return [end for end in after.ends if end not in before.ends and end.end is not End.FILLED]


def _which(child: ChildOrder, number: str) -> str:
    return f" ({number})" if len(child.broker_order_ids) > 1 else ""


def _fill_words(before: ChildOrder, after: ChildOrder) -> str:
    more = after.filled_quantity - before.filled_quantity
    surplus = after.filled_quantity - after.quantity_now
    ended = before.ended is not None and before.ended.end is not End.FILLED
    at = f" at an average of {rupees(after.average_price)}" if after.average_price else ""
    late = " This fill came after the order had ended." if ended else ""
    over = f" That is {surplus} more than was asked." if surplus > 0 else ""
    return f"{more} filled, {after.filled_quantity} of {after.quantity_now} so far{at}.{late}{over}"


def _end_words(after: ChildOrder, end: Ended) -> str:
    if len(after.broker_order_ids) > 1 and end.broker_order_id:
        done = after.filled_of(end.broker_order_id)
        return f"Its order {end.broker_order_id} there has ended: {end.end.value.lower()} with {done} filled."
    rest = after.quantity_now - after.filled_quantity
    match after.status:
        case Status.REJECTED:
            return "Rejected: nothing was done."
        case Status.FILLED:
            return "Complete."
        case Status.EXPIRED:
            return f"Expired with {rest} unfilled."
        case _:
            return f"Cancelled with {rest} unfilled."
