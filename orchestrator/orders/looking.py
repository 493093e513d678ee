"""Looking for an unclear order at its broker now, because somebody asks: what is found is learnt. That it is not there
is proved by the reconciler's looks alone, and nobody's word stands in for them."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.rows import unread
from domain.account import UserId
from domain.errors import SessionExpired
from domain.order import ChildId, ChildOrder, OrderId
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.errors import Problem, not_found
from orchestrator.orders import finding
from orchestrator.orders.reconcile import adopt
from orchestrator.orders.rows import LiveChild
from orchestrator.orders.trading import Trading


@dataclass(frozen=True, slots=True)
class Looked:
    """The part as it is afterwards; `words` for whoever asked."""

    child: ChildOrder
    found: bool
    words: str


async def unclear_part(trading: Trading, child_id: str) -> LiveChild:
    """Of anybody's order. Raises Problem 404 when there is none, or its answer is clear."""
    found = await trading.db.read(finding.unclear_children)
    live = next((one for one in found if one.child.id == child_id), None)
    if live is None:
        raise not_found("unclear order")
    return live


async def unclear_part_of(trading: Trading, user_id: UserId, order_id: str, child_id: str) -> LiveChild:
    """Of the user's own order. Raises Problem 404, or 409 when its answer is clear."""
    stored = await trading.db.read(lambda conn: finding.load(conn, user_id, OrderId(order_id)))
    if stored is None or ChildId(child_id) not in {child.id for child in stored.order.children}:
        raise not_found("part of an order")
    try:
        return await unclear_part(trading, child_id)
    except Problem as clear:
        rule = "only a part without a clear answer is looked for"
        raise Problem(409, "order_clear", "what became of it is known", rule=rule) from clear


async def look(trading: Trading, live: LiveChild, actor: Actor) -> Looked:
    """Ask its broker once. Raises Problem 409 `login_needed`, or a BrokerError where the broker cannot be asked."""
    child = live.child
    connection = trading.connections.get(child.account_id)
    if connection is None or connection.broker is None:
        label = connection.account.label if connection else "its account"
        text = f"{label} needs a login before its broker can be asked"
        raise Problem(409, "login_needed", text, fix="its owner logs in at the broker again")
    now = trading.clock()
    await trading.db.write(
        lambda conn: audited(
            conn, user_id=live.user_id, actor=actor, action=Action.ORDER_SOUGHT, at=now, subject=child.id
        )
    )
    try:
        reports = await connection.broker.find(child)
    except SessionExpired as error:
        await trading.connections.login_needed(child.account_id, error.words)
        raise
    if reports:
        after = await adopt(trading, child, connection, reports)
        return Looked(after, True, f"{connection.terms.name} has it.")
    if unread(reports):
        return Looked(
            child, False, f"A row of {connection.terms.name}'s order book cannot be read: it may be this one."
        )
    window = connection.terms.quiet_window
    words = f"Not in {connection.terms.name}'s order book now. It counts as absent once looks over {window:g} s say so."
    return Looked(child, False, words)
