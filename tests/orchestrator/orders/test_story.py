"""The answer to an order is what the database holds, without being read back."""

from __future__ import annotations

from sqlalchemy import Connection

from domain.account import UserId
from domain.money import Money
from domain.order import Accepted, ChildId, End, Ended, Order, OrderEvent, OrderId, OrderIntent, Source
from domain.policy import Policy
from domain.routing import Charges, RoutingDecision
from orchestrator.orders import finding, repository
from orchestrator.orders.repository import NewChild
from orchestrator.orders.story import Story
from orchestrator.storage.db import Database
from orchestrator.tables.identity import users
from tests.orchestrator.orders.test_repository import T0, UPSTOX, child_of

OWNER = UserId("usr_story")


async def test_a_story_ends_as_the_database_tells_it(db: Database) -> None:
    row = {
        "id": OWNER,
        "email": "s@b.c",
        "name": "",
        "password_hash": "",
        "mode": "orchestrator",
        "created_at": T0,
    }
    await db.write(lambda conn: conn.execute(users.insert(), row))
    first, second = child_of("ord_s"), child_of("ord_s", UPSTOX, slice=2)
    intent = OrderIntent(first.instrument, first.side, 10, first.order_type, first.product, price=first.price)
    order = Order(OrderId("ord_s"), OWNER, intent, T0, (first,))
    decision = RoutingDecision(intent, Policy(), (), (), (), "hash", "words")
    charged = Charges(stt=Money.of("15.0005"), dp=Money.of("0.000000000000000000000000012345"))
    begun = [OrderEvent(T0, "received", "Order received.")]
    moved = [OrderEvent(T0, "moved", "Sent elsewhere instead.")]
    story = Story.of(order, decision, [NewChild(first, Money.of("1500"), charged)], begun)

    await db.write(
        lambda conn: repository.record(
            conn,
            order=order,
            children=[NewChild(first, Money.of("1500"), charged)],
            decision=decision,
            events=begun,
            key="k",
            fingerprint="f",
        )
    )
    await db.write(
        lambda conn: repository.add_children(
            conn, order, [NewChild(second, Money.of("1500"), Charges())], moved, at=T0
        )
    )
    story.moved([NewChild(second, Money.of("1500"), Charges())], moved)
    for child, fact in ((first, Ended(End.REJECTED, T0, "no")), (second, Accepted("7", T0))):
        line = OrderEvent(T0, "heard", "Heard.", child.id, "words", 7, Source.ANSWER)

        def work(
            conn: Connection,
            child_id: ChildId = child.id,
            fact: Ended | Accepted = fact,
            line: OrderEvent = line,
        ) -> repository.Changed:
            changed = repository.add_facts(conn, child_id, [fact], at=T0, answered_at=T0)
            repository.add_events(conn, order.user_id, order.id, [line])
            return changed

        story.heard((await db.write(work)).after, [line])

    stored = await db.read(lambda conn: finding.load(conn, OWNER, order.id))
    assert story.stored() == stored
