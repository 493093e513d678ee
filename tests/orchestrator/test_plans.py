"""Questions that are asked all the time go through an index, however many orders there are.

A table of this many orders is filled by the database itself, and the plans that it makes are read. `PLANS_ORDERS` sets
another number: with a million this takes minutes.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, event

from domain.account import AccountId, UserId
from domain.instrument import Exchange, InstrumentId
from domain.order import OrderId, Side
from orchestrator import pruning
from orchestrator.audit import rows as audit
from orchestrator.config import Settings
from orchestrator.orders import finding, holds
from orchestrator.outbox import numbering, reading
from orchestrator.storage.db import Database, open_database
from orchestrator.storage.trips import Trips
from orchestrator.tables import metadata
from tests.services import make_tables

ORDERS = int(os.environ.get("PLANS_ORDERS", "20000"))
USERS = 50
T0 = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ME, ACCOUNT = UserId("usr_7"), AccountId("acc_7")
INFY = InstrumentId(Exchange.NSE, "INFY")
BIG = {"orders", "order_children", "order_events", "outbox", "audit_log", "notices", "trades"}
LATER = T0 - timedelta(hours=1)

# How the two databases say the same: a number with leading zeros, a moment so many seconds before T0, numbers from 1.
SAID = {
    "sqlite": {
        "pad": "printf('%09d', n)",
        "at": f"({int(T0.timestamp()) * 1_000_000} - (:count - n) * 1000000)",
        "numbers": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :count) ",
        "from": "FROM s",
    },
    "postgresql": {
        "pad": "lpad(n::text, 9, '0')",
        "at": f"(to_timestamp({int(T0.timestamp())}) - (:count - n) * interval '1 second')",
        "numbers": "",
        "from": "FROM generate_series(1, :count) AS s(n)",
    },
}
USER, ACC = f"'usr_' || (n % {USERS})", f"'acc_' || (n % {USERS})"
FILLS = {
    "users": (
        "id, email, name, mode, created_at, role",
        "'usr_' || (n - 1), n || '@b.c', '', 'orchestrator', {at}, 'user'",
    ),
    "orders": (
        "id, user_id, created_at, exchange, symbol, side, quantity, order_type, product, validity, "
        "disclosed_quantity, after_market, iceberg_legs, validity_minutes, decision, done, token",
        f"'ord_' || {{pad}}, {USER}, {{at}}, 'NSE', 'S' || (n % 300), 'BUY', 1, 'LIMIT', 'CNC', 'DAY', "
        "0, false, 0, 0, '{{}}', n % 500 <> 7, CASE WHEN n % 1000 = 7 THEN 'tok_7' END",
    ),
    "order_children": (
        "id, order_id, user_id, account_id, broker, slice, exchange, symbol, side, quantity, order_type, product, "
        "validity, disclosed_quantity, after_market, iceberg_legs, validity_minutes, tag, created_at, "
        "margin_required, charges, value, facts, status, live, filled_quantity, live_quantity, margin_held, "
        "broker_order_id, answered_at",
        f"'chd_' || {{pad}}, 'ord_' || {{pad}}, {USER}, {ACC}, 'zerodha', 1, 'NSE', 'S' || (n % 300), 'BUY', 1, "
        "'LIMIT', 'CNC', 'DAY', 0, false, 0, 0, 'tag' || n, {at}, '0', '{{}}', 0, '{{}}', "
        "CASE WHEN n % 500 = 7 THEN 'OPEN' ELSE 'FILLED' END, n % 500 = 7, 1, 0, 0, 'b' || n, {at}",
    ),
    "order_events": (
        "order_id, at, kind, text",
        "'ord_' || {pad}, {at}, 'fill', 'x'",
    ),
    "outbox": (
        "user_id, type, thing, at, position, seq",
        f"{USER}, 'order', 'ord_' || {{pad}}, {{at}}, CASE WHEN n < :count THEN n END, "
        f"CASE WHEN n < :count THEN n / {USERS} + 1 END",
    ),
    "audit_log": (
        "at, user_id, action, actor_kind, actor, through, subject",
        f"{{at}}, {USER}, 'order.placed', 'user', 'u', '', 'ord_' || {{pad}}",
    ),
    "notices": (
        "id, user_id, at, kind, subject, text, data",
        f"'ntc_' || {{pad}}, {USER}, {{at}}, 'price_alert', '', '', '{{{{}}}}'",
    ),
}


def fill(conn: Connection) -> None:
    said = SAID[conn.dialect.name]
    for table, (columns, values) in FILLS.items():
        query = (
            f"INSERT INTO {table} ({columns}) {said['numbers']}SELECT {values.format(**said)} {said['from']}"
        )
        conn.execute(sa.text(query.replace(":count", str(USERS if table == "users" else ORDERS))))
    heads = "INSERT INTO outbox_heads (user_id, seq) SELECT user_id, max(seq) FROM outbox GROUP BY user_id"
    conn.execute(sa.text(heads))
    conn.execute(sa.text(f"INSERT INTO outbox_heads (user_id, seq) VALUES ('', {ORDERS - 1})"))
    linked = "UPDATE audit_log SET position = id, salt = '', personal_hash = '', hash = '' WHERE id < :count"
    conn.execute(sa.text(linked), {"count": ORDERS})
    conn.execute(sa.text("ANALYZE"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A database with that many orders, once for each dialect."""
    if request.param == "sqlite":
        return Settings(data=tmp_path_factory.mktemp("plans"))
    return Settings(
        data=tmp_path_factory.mktemp("plans"), database_url=request.getfixturevalue("postgres_of_module")
    )


@pytest.fixture
async def crowded(filled: Settings) -> AsyncIterator[Database]:
    database = open_database(filled)
    await make_tables(database)

    def work(conn: Connection) -> None:
        if not conn.execute(sa.select(sa.func.count()).select_from(metadata.tables["users"])).scalar_one():
            fill(conn)

    await database.write(work)
    yield database
    await database.close()


UNREADABLE = (
    ValueError,
    KeyError,
)  # what is filled in has the columns of orders, and nothing in them to make one of


class _Undo(Exception):
    """What was only asked in order to see its plans leaves nothing."""


async def plans(db: Database, question: Callable[[Connection], object]) -> list[str]:
    """The lines of the plans of every statement that the question runs."""
    lines: list[str] = []

    def work(conn: Connection) -> None:
        lines.extend(_of_sqlite(conn, question) if db.dialect == "sqlite" else _of_postgres(conn, question))
        raise _Undo

    with pytest.raises(_Undo):
        await db.write(work)
    assert lines
    return lines


def _of_sqlite(conn: Connection, question: Callable[[Connection], object]) -> list[str]:
    driver: Any = conn.connection.driver_connection
    asked: list[str] = []
    driver.set_trace_callback(asked.append)
    with contextlib.suppress(*UNREADABLE):
        question(conn)
    driver.set_trace_callback(None)
    statements = [text for text in asked if text.startswith(("SELECT", "UPDATE", "DELETE", "WITH"))]
    return [row[3] for text in statements for row in driver.execute(f"EXPLAIN QUERY PLAN {text}")]


def _of_postgres(conn: Connection, question: Callable[[Connection], object]) -> list[str]:
    trips, asked = Trips.of(conn), list[tuple[str, Any]]()
    fetch = trips._fetch

    def noted(text: str, values: Any) -> Any:
        asked.append((text, values))
        return fetch(text, values)

    def ran(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        asked.append((statement, parameters[0] if many else parameters))

    trips._fetch = noted  # type: ignore[method-assign]
    event.listen(conn, "before_cursor_execute", ran)
    with contextlib.suppress(*UNREADABLE):
        question(conn)
    trips.flush()
    event.remove(conn, "before_cursor_execute", ran)
    explained = [
        text for text in asked if text[0].lstrip().startswith(("SELECT", "UPDATE", "DELETE", "WITH"))
    ]
    return [row[0] for text, values in explained for row in fetch(f"EXPLAIN {text}", values)]


def whole_tables(lines: list[str]) -> set[str]:
    """The big tables that a plan reads from end to end. One that is walked along an index ends at a limit."""
    whole = re.compile(r"(?:SCAN (\w+)(?! USING INDEX)|.*Seq Scan on (\w+))")
    found = {match[1] or match[2] for line in lines if (match := whole.match(line.strip()))}
    return found & BIG


OUTBOX = pruning.policies(outbox_hours=24, notice_days=365)
QUESTIONS: dict[str, Callable[[Connection], object]] = {
    "the first page of orders": lambda conn: finding.page(conn, ME, status="all", before=None, limit=50),
    "a page of open orders": lambda conn: finding.page(conn, ME, status="open", before=None, limit=50),
    "a later page of done orders": lambda conn: finding.page(
        conn, ME, status="done", before=OrderId("ord_000010000"), limit=50
    ),
    "one order": lambda conn: finding.load(conn, ME, OrderId("ord_000000007")),
    "changed orders": lambda conn: finding.load_many(
        conn, [OrderId("ord_000000007"), OrderId("ord_000000107")]
    ),
    "by our tag or the broker's number": lambda conn: finding.find_child(
        conn, ACCOUNT, broker_order_id="b107", tag="tag107"
    ),
    "live at an account": lambda conn: finding.live_children(conn, ACCOUNT),
    "live in an order book": lambda conn: finding.live_in(conn, ME, INFY, Side.BUY),
    "ended in an order book": lambda conn: finding.ended_in(conn, ME, INFY, LATER),
    "without an answer": lambda conn: finding.unclear_children(conn),
    "cancels that are not done": lambda conn: finding.unfinished_cancels(conn, ACCOUNT, before=T0),
    "fills without trades": lambda conn: finding.unexplained_fills(conn, ACCOUNT),
    "looked for and not there": lambda conn: finding.recently_absent(conn, ACCOUNT, LATER),
    "what orders hold": lambda conn: holds.held(conn, ME, {ACCOUNT: LATER}),
    "lines of timelines behind a number": lambda conn: conn.execute(
        sa.select(metadata.tables["order_events"])
        .where(metadata.tables["order_events"].c.seq > ORDERS - 100)
        .order_by(metadata.tables["order_events"].c.seq)
        .limit(100)
    ).all(),
    "events without a place": numbering.waiting,
    "numbering": numbering.number,
    "events behind a place": lambda conn: reading.after(conn, ORDERS - 100, 100),
    "events that a screen missed": lambda conn: reading.missed(conn, ME, 2, 100),
    "forgetting events": lambda conn: pruning.bite(conn, OUTBOX[0], LATER),
    "forgetting notices": lambda conn: pruning.bite(conn, OUTBOX[1], LATER),
    "a page of the audit log": lambda conn: audit.after(conn, ORDERS - 100, 100),
    "notices of a user": lambda conn: conn.execute(
        sa.select(metadata.tables["notices"])
        .where(metadata.tables["notices"].c.user_id == ME)
        .order_by(metadata.tables["notices"].c.id.desc())
        .limit(50)
    ).all(),
}


@pytest.mark.parametrize("name", QUESTIONS)
async def test_no_question_reads_a_big_table_from_end_to_end(crowded: Database, name: str) -> None:
    lines = await plans(crowded, QUESTIONS[name])
    assert whole_tables(lines) == set(), "\n".join(lines)


async def test_a_question_without_an_index_is_found_out(crowded: Database) -> None:
    query = sa.select(sa.func.count()).where(metadata.tables["order_events"].c.text == "y")
    assert whole_tables(await plans(crowded, lambda conn: conn.execute(query).scalar_one())) == {
        "order_events"
    }
