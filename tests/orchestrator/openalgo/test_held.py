"""A position is never taken for another because its orders trade while it is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from domain.instrument import Instrument, InstrumentId, Kind
from domain.money import Price
from orchestrator.openalgo import held
from orchestrator.openalgo.desk import Desk, Refused

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
INFY = Instrument(InstrumentId.parse("NSE:INFY"), "INFOSYS", Kind.EQUITY, 1, Price.of("0.05"))
OF_IT = {"exchange": "NSE", "symbol": "INFY", "product": "MIS"}


def order(status: str, filled: int, *, ago: float = 60, **more: Any) -> Any:
    at = (NOW - timedelta(seconds=ago)).isoformat()
    pending = 0 if status == "FILLED" else 10 - filled
    known = {
        "id": "ord_1",
        "side": "BUY",
        "status": status,
        "filled_quantity": filled,
        "timeline": [{"at": at}],
    }
    return {**OF_IT, **known, "pending_quantity": pending, **more}


class Scripted:
    """Readings of positions and of orders, each in its turn; the last of them again and again."""

    now = NOW

    def __init__(self, positions: list[int], orders: list[Any], gaps: list[Any] | None = None) -> None:
        self.positions, self.orders, self.gaps = positions, orders, gaps or []

    async def read(self, _path: str, **_: Any) -> Any:
        units = self.positions.pop(0) if len(self.positions) > 1 else self.positions[0]
        row = {**OF_IT, "quantity": units}
        totals = {"as_of": NOW.isoformat()}
        return {"gaps": self.gaps, "positions": [row] if units else [], "totals": totals}

    async def pages(self, _path: str, query: dict[str, Any]) -> Any:
        if query["status"] == "open":
            return []
        one = self.orders.pop(0) if len(self.orders) > 1 else self.orders[0]
        return [] if one is None else [one, order("OPEN", 0, id="ord_2", symbol="INFYBEES", side="SELL")]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def asleep(_: float) -> None:
        return None

    monkeypatch.setattr(held, "asyncio", SimpleNamespace(sleep=asleep))


async def will_hold(positions: list[int], orders: list[Any], **more: Any) -> int:
    return await held.will_hold(cast(Desk, Scripted(positions, orders, **more)), INFY, "MIS")


async def test_what_is_held_and_what_is_on_its_way_add_up() -> None:
    assert await will_hold([0], [None]) == 0
    assert await will_hold([7], [None]) == 7
    assert await will_hold([0], [order("OPEN", 0)]) == 10
    assert await will_hold([4], [order("PARTIALLY_FILLED", 4)]) == 10
    assert await will_hold([0], [order("UNKNOWN", 0)]) == 10
    assert await will_hold([0], [order("OPEN", 0, side="SELL")]) == -10
    assert await will_hold([0], [order("TRIGGER_PENDING", 0)]) == 0
    assert await will_hold([10], [order("FILLED", 10)]) == 10


async def test_a_fill_between_the_two_readings_counts_once() -> None:
    filled = order("FILLED", 10)
    assert await will_hold([0, 10], [order("OPEN", 0), filled, filled]) == 10


async def test_a_fill_that_we_have_not_heard_of_counts_once() -> None:
    """The broker's positions have it, and our book still says open."""
    filled = order("FILLED", 10)
    assert await will_hold([10], [order("OPEN", 0), filled, filled]) == 10


async def test_a_fill_that_the_brokers_positions_may_lack_is_waited_for() -> None:
    lately, now = order("FILLED", 10, ago=1), order("FILLED", 10, ago=5)
    assert await will_hold([0, 10], [lately, now, now]) == 10


async def test_a_position_that_does_not_come_to_rest_is_not_guessed() -> None:
    moving = [order("PARTIALLY_FILLED", filled) for filled in range(1, 10)]
    with pytest.raises(Refused, match="nothing was sent"):
        await will_hold([3], moving)


async def test_an_account_that_cannot_be_read_refuses() -> None:
    with pytest.raises(Refused, match="not known now"):
        await will_hold([0], [None], gaps=[{"label": "Kite", "reason": "it needs a login"}])
