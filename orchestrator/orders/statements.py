"""The statements of the order path, built once: building one costs several times as much as running it."""

from __future__ import annotations

from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy import bindparam

from domain.order import Product, Side, Status
from orchestrator.outbox.emitting import ADD
from orchestrator.storage.prepared import Prepared, Swap
from orchestrator.tables.orders import (
    idempotency_keys,
    moved_decisions,
    order_children,
    order_events,
    orders,
)

CHILD, ORDER, KEY = order_children.c, orders.c, idempotency_keys.c

# --- writing -----------------------------------------------------------------------------------------------------

ADD_KEY = Prepared(sa.insert(idempotency_keys))
ADD_ORDER = Prepared(sa.insert(orders))
ADD_CHILDREN = Prepared(sa.insert(order_children))
ADD_EVENTS = Prepared(sa.insert(order_events))
ADD_MOVE = Prepared(sa.insert(moved_decisions))

CHILD_LOCKED = Prepared(sa.select(order_children).where(CHILD.id == bindparam("child")).with_for_update())
STATE = (
    "facts",
    "status",
    "live",
    "filled_quantity",
    "live_quantity",
    "margin_held",
    "broker_order_id",
    "changing_since",
    "answered_at",
)
NEW_STATE = (
    sa.update(order_children)
    .where(CHILD.id == bindparam("child"))
    .values({name: bindparam(name) for name in STATE})
)
SET_STATE = Prepared(NEW_STATE)
TAKE_STEP = Swap(
    NEW_STATE.where(
        CHILD.facts == bindparam("was"), CHILD.answered_at.is_not_distinct_from(bindparam("was_answered_at"))
    ).returning(CHILD.cancel_asked_at),
    sa.insert(order_events),
    ADD,
)
SETTLE_PARENT = Prepared(
    sa.update(orders)
    .where(ORDER.id == bindparam("parent"))
    .values(
        done=~sa.exists().where(
            CHILD.order_id == bindparam("parent"), CHILD.live | CHILD.changing_since.is_not(None)
        )
    )
)
ASK_CANCEL = Prepared(  # of ended ones too: their brokers may have made them twice
    sa.update(order_children)
    .where(CHILD.order_id == bindparam("parent"), CHILD.cancel_asked_at.is_(None))
    .values(cancel_asked_at=bindparam("now"))
)

# --- reading -----------------------------------------------------------------------------------------------------

KEY_USED = Prepared(
    sa.select(KEY.order_id, KEY.fingerprint).where(
        KEY.user_id == bindparam("user"), KEY.key == bindparam("wanted")
    )
)
ORDER_OF_USER = Prepared(
    sa.select(orders).where(ORDER.id == bindparam("order"), ORDER.user_id == bindparam("user"))
)
CHILDREN_OF = (
    sa.select(order_children)
    .where(CHILD.order_id.in_(bindparam("parents", expanding=True)))
    .order_by(CHILD.id)
)
CHILDREN_OF_ONE = Prepared(
    sa.select(order_children).where(CHILD.order_id == bindparam("parent")).order_by(CHILD.id)
)
EVENTS_OF = (
    sa.select(order_events)
    .where(order_events.c.order_id.in_(bindparam("parents", expanding=True)))
    .order_by(order_events.c.seq)
)
EVENTS_OF_ONE = Prepared(
    sa.select(order_events).where(order_events.c.order_id == bindparam("parent")).order_by(order_events.c.seq)
)
LIVE_AT = Prepared(
    sa.select(order_children).where(CHILD.live, CHILD.account_id == bindparam("account")).order_by(CHILD.id)
)
# Each of these is asked for every account every few seconds.
AT = CHILD.account_id == bindparam("account")
UNFINISHED_CANCELS = Prepared(
    sa.select(order_children)
    .where(CHILD.live, AT, CHILD.cancel_asked_at < bindparam("before"), CHILD.broker_order_id.is_not(None))
    .order_by(CHILD.id)
)
UNEXPLAINED_FILLS = Prepared(
    sa.select(order_children)
    .where(AT, ~CHILD.live, CHILD.filled_quantity > 0)
    .order_by(CHILD.id.desc())
    .limit(sa.literal_column("50"))
)
RECENTLY_ABSENT = Prepared(
    sa.select(order_children).where(
        AT, CHILD.broker_order_id.is_(None), CHILD.created_at >= bindparam("since"), ~CHILD.live
    )
)
IN_BOOK = (
    CHILD.user_id == bindparam("user"),
    CHILD.symbol == bindparam("symbol"),
    CHILD.exchange == bindparam("exchange"),
)
LIVE_IN = Prepared(sa.select(order_children).where(*IN_BOOK, CHILD.live).order_by(CHILD.id))
LIVE_ON = Prepared(
    sa.select(order_children).where(*IN_BOOK, CHILD.live, CHILD.side == bindparam("one")).order_by(CHILD.id)
)
ENDED_IN = Prepared(
    sa.select(order_children).where(
        *IN_BOOK, ~CHILD.live, CHILD.filled_quantity > 0, CHILD.answered_at >= bindparam("since")
    )
)
CHANGING = Prepared(
    sa.select(order_children).where(CHILD.changing_since.is_not(None)).order_by(CHILD.changing_since)
)
CHILD_BY_ID = Prepared(sa.select(order_children).where(CHILD.id == bindparam("child")))
ASK_CHANGE = Prepared(
    sa.update(order_children)
    .where(CHILD.id == bindparam("child"))
    .values(
        {
            name: bindparam(name)
            for name in (
                "facts",
                "status",
                "live",
                "live_quantity",
                "margin_required",
                "margin_held",
                "value",
                "changing_since",
                "answered_at",
            )
        }
    )
)
ADD_QUANTITY = Prepared(
    sa.update(orders)
    .where(ORDER.id == bindparam("parent"))
    .values(quantity=ORDER.quantity + bindparam("more"))
)
UNCLEAR = Prepared(  # in any order: for an order by id SQLite would walk through all there ever were
    sa.select(order_children).where(
        CHILD.live, (CHILD.status == Status.SUBMITTING) | (CHILD.status == Status.UNKNOWN)
    )
)
FIND_CHILD = Prepared(
    sa.select(order_children)
    # The account on both sides of the OR: only so does SQLite use both indexes.
    .where(
        ((CHILD.account_id == bindparam("account")) & (CHILD.broker_order_id == bindparam("number")))
        | ((CHILD.account_id == bindparam("account")) & (CHILD.tag == bindparam("mark")))
    )
    # A tag is ours and used once; a number is the broker's, and may come again on another day.
    .order_by((CHILD.tag == bindparam("mark")).desc(), CHILD.live.desc(), CHILD.id.desc())
    .limit(1)
)


def _newer(accounts: int) -> sa.ColumnElement[bool]:
    """Answered since the reading of the account began; binds `account_n` and `began_n`."""
    return sa.or_(
        sa.false(),
        *(
            (CHILD.account_id == bindparam(f"account_{number}"))
            & (CHILD.answered_at >= bindparam(f"began_{number}"))
            for number in range(accounts)
        ),
    )


@lru_cache(maxsize=64)
def margins_held(accounts: int) -> Prepared:
    """Paise by account (in up to three rows) of what is unanswered, of what is newer than the readings, and of the
    legs to come of older icebergs: a broker blocks the leg at work alone.

    Two ranges of one index, bounded by `oldest`, and one of a small index: an OR would walk through all the user ever
    ordered.
    """
    columns = (CHILD.account_id, sa.func.sum(CHILD.margin_held).label("paise"))
    mine = CHILD.user_id == bindparam("user")
    unanswered = sa.select(*columns).where(mine, CHILD.answered_at.is_(None))
    newer = sa.select(*columns).where(mine, CHILD.answered_at >= bindparam("oldest"), _newer(accounts))
    to_come = CHILD.iceberg_legs - 1 - CHILD.filled_quantity * CHILD.iceberg_legs // CHILD.quantity
    unsent = (CHILD.margin_held * to_come + CHILD.iceberg_legs - 1) // CHILD.iceberg_legs
    older = sa.select(CHILD.account_id, sa.func.sum(unsent).label("paise")).where(
        mine,
        CHILD.live,
        CHILD.iceberg_legs > sa.literal_column("0"),  # literally, or its index is not used
        CHILD.answered_at.is_not(None),
        ~_newer(accounts),
    )
    parts = (unanswered, newer, older)
    return Prepared(sa.union_all(*(part.group_by(CHILD.account_id) for part in parts)))


@lru_cache(maxsize=64)
def units_held(accounts: int) -> Prepared:
    """Units of delivery sells by account and listing (in up to three rows): what is live, and the fills that the
    readings cannot know.

    Three ranges of two indexes that do not overlap: unanswered, newer than the readings, and live from before them.
    """
    place = (CHILD.account_id, CHILD.exchange, CHILD.symbol)
    whole = sa.func.sum(CHILD.live_quantity + CHILD.filled_quantity).label("units")
    sold = (CHILD.user_id == bindparam("user"), CHILD.side == Side.SELL, CHILD.product == Product.CNC)
    unanswered = sa.select(*place, whole).where(*sold, CHILD.answered_at.is_(None))
    newer = sa.select(*place, whole).where(*sold, CHILD.answered_at >= bindparam("oldest"), _newer(accounts))
    live = sa.select(*place, sa.func.sum(CHILD.live_quantity).label("units")).where(
        *sold,
        CHILD.live,
        sa.or_(
            sa.false(), *(CHILD.account_id == bindparam(f"account_{number}") for number in range(accounts))
        ),
        CHILD.answered_at.is_not(None),
        ~_newer(accounts),
    )
    return Prepared(sa.union_all(*(part.group_by(*place) for part in (unanswered, newer, live))))
