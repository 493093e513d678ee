"""A desk at the pace of a real day, and mishaps around single calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from mocks.brokers.backoffice.mishap import CURRENT, Kind, Mishap
from mocks.brokers.backoffice.switches import Pace
from tests.mocks.backoffice.desk import Desk


def slow(desk: Desk) -> Desk:
    desk.office.switches = replace(desk.office.switches, pace=Pace.REALISTIC)
    return desk


@contextmanager
def going_wrong(kind: Kind, seconds: float = 0.0) -> Iterator[None]:
    """As the fault plan does around a request."""
    token = CURRENT.set(Mishap(kind, seconds))
    try:
        yield
    finally:
        CURRENT.reset(token)
