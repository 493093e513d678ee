"""What of a position is on its way out already: live orders whole, and fills that its reading may not show."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.order import Product, Progress, Side
from orchestrator.config import Settings
from orchestrator.orders.leaving import Leaving, leaving
from orchestrator.storage.db import Database
from tests.orchestrator.orders.test_repository import INFY, T0, USER, ZERODHA, book, child_of, learn, record

__all__ = ["book"]  # a fixture


@pytest.fixture
def database_settings(sqlite_settings: Settings) -> Settings:
    """One database: nothing here depends on which."""
    return sqlite_settings


async def found(book: Database, *, read: float, side: Side = Side.SELL) -> Leaving:
    """On its way out by a reading begun so many seconds after T0."""
    read_at = {ZERODHA: T0 + timedelta(seconds=read)}
    units = await book.read(
        lambda conn: leaving(
            conn, USER, INFY, side=side, product=Product.MIS, read_at=read_at, now=T0 + timedelta(minutes=1)
        )
    )
    return units.get(ZERODHA, Leaving())


async def sold(book: Database, quantity: int, *, at: float) -> None:
    child = child_of("ord_1", side=Side.SELL, product=Product.MIS)
    await record(book, child)
    seconds = timedelta(seconds=at)
    await learn(book, child, Progress(quantity, None, T0 + seconds, "1"), at=T0)


async def test_a_live_exit_is_under_way_whatever_the_reading_shows(book: Database) -> None:
    await record(book, child_of("ord_1", side=Side.SELL, product=Product.MIS))
    assert await found(book, read=0) == await found(book, read=50) == Leaving(live=10)
    assert await found(book, read=0, side=Side.BUY) == Leaving()


async def test_a_fill_told_in_whole_seconds_may_be_missing_in_a_reading_begun_within_that_second(
    book: Database,
) -> None:
    # Answered before the reading, filled after it began, and told with the second alone: seed 10148.
    await sold(book, 10, at=17)
    assert await found(book, read=17.39) == Leaving(settling=10)


async def test_a_fill_well_before_the_reading_is_in_it(book: Database) -> None:
    await sold(book, 10, at=17)
    assert await found(book, read=19.5) == Leaving()
