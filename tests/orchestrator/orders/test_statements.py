"""The statements of the order path do not slow down as an account's history grows."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from orchestrator.config import Settings
from orchestrator.orders import statements
from orchestrator.orders.outside import OUTSIDE_IN
from orchestrator.orders.rails import RAILS
from orchestrator.policies.repository import CHOSEN
from orchestrator.storage.db import open_database
from orchestrator.storage.prepared import Prepared

ORDER_PATH = {
    "what is held in rupees": statements.margins_held(2),
    "what is held in units": statements.units_held(2),
    "own live orders in a book": statements.LIVE_IN,
    "own live orders on one side of a book": statements.LIVE_ON,
    "own trades in a book today": statements.ENDED_IN,
    "orders placed elsewhere in a book": OUTSIDE_IN,
    "the user's own rails": RAILS,
    "the user's policy": CHOSEN,
    "a repeated key": statements.KEY_USED,
    "a child": statements.CHILD_LOCKED,
    "a child by the broker's names": statements.FIND_CHILD,
    "a new state": statements.SET_STATE,
}
WALKS = ("(user_id=?)", "(account_id=?)")  # through all of a user or an account


@pytest.mark.parametrize("name", ORDER_PATH)
async def test_no_statement_of_the_order_path_walks_through_history(
    name: str, sqlite_settings: Settings
) -> None:
    statement: Prepared = ORDER_PATH[name]
    text = str(statement)

    def plan(connection: Connection) -> list[str]:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", (1,) * text.count("?"))
        return [row.detail for row in rows]

    database = open_database(sqlite_settings)
    steps = await database.read(plan)
    await database.close()
    assert not [step for step in steps if step.endswith(WALKS) or step.startswith("SCAN")], steps
