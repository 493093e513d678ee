"""Measurements and outages in the database. Several processes may add to the same span.

Each measurement is in one span at a time: it is added to the shortest, and carried to longer ones as it ages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import repeat

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import AccountId
from domain.health import CallEnd
from orchestrator.measures.tally import Tally
from orchestrator.measures.windows import SPANS, Span
from orchestrator.tables.accounts import account_measures, account_outages, accounts

MEASURE, OUTAGE = account_measures.c, account_outages.c
SHORTEST = SPANS[0]
LOCK = "measures"  # of whoever changes measurements: they are read, added to and written back
Key = tuple[AccountId, str]  # and the call
OUTAGES_KEPT = max(span.kept for span in SPANS)


class Outage(StrEnum):
    """What of an account was away while its market was open."""

    SESSION = "session"  # nobody was logged in
    READS = "reads"  # numbers could not be read
    WRITES = "writes"  # the breaker let no order through
    UPDATES = "updates"  # no stream of order updates
    PRICES = "prices"  # a feed that prices were wanted of was down or silent


@dataclass(frozen=True, slots=True)
class Away:
    """One outage as far as it was seen: from `began` to `seen` (aware)."""

    account_id: AccountId
    what: Outage
    began: datetime
    seen: datetime

    def seconds_since(self, since: datetime) -> float:
        return max(0.0, (self.seen - max(self.began, since)).total_seconds())


def add(conn: Connection, heard: Mapping[AccountId, Mapping[str, Tally]], at: datetime) -> None:
    """Add tallies, by account and call, to the shortest span that `at` lies in. Run it under `LOCK`.

    Nothing is added for an account that is gone.
    """
    there = conn.execute(sa.select(accounts.c.id).where(accounts.c.id.in_(heard))).scalars()
    given = {
        (AccountId(account_id), call): tally
        for account_id in there
        for call, tally in heard[AccountId(account_id)].items()
    }
    _merge(conn, given, SHORTEST, SHORTEST.start(at))


def _merge(conn: Connection, given: Mapping[Key, Tally], span: Span, start: datetime) -> None:
    """Add tallies to what one span holds already."""
    if not given:
        return
    ids = {account_id for account_id, _ in given}
    here = sa.and_(MEASURE.span == span.seconds, MEASURE.start == start)
    known = {
        (AccountId(row.account_id), row.call): row
        for row in conn.execute(sa.select(account_measures).where(MEASURE.account_id.in_(ids), here))
    }
    added: list[dict[str, object]] = []
    grown: list[dict[str, object]] = []
    for (account_id, call), tally in given.items():
        whole = tally
        if (row := known.get((account_id, call))) is not None:
            whole = _tally(row)
            whole.merge(tally)
        values = {"of": account_id, "what": call, **_values(whole)}
        (added if row is None else grown).append(values)
    if added:
        fixed = {"span": span.seconds, "start": start}
        rows = [{"account_id": one.pop("of"), "call": one.pop("what"), **one, **fixed} for one in added]
        conn.execute(sa.insert(account_measures), rows)
    if grown:
        one_row = sa.and_(
            MEASURE.account_id == sa.bindparam("of"), MEASURE.call == sa.bindparam("what"), here
        )
        conn.execute(sa.update(account_measures).where(one_row), grown)


def measures(
    conn: Connection, ids: Collection[AccountId], since: datetime, *, calls: Collection[str] | None = None
) -> dict[AccountId, dict[str, Tally]]:
    """What was measured since then, the beginning of a window, added up by account and call; of some calls or all."""
    asked = sa.select(account_measures).where(MEASURE.account_id.in_(ids), MEASURE.start >= since)
    if calls is not None:
        asked = asked.where(MEASURE.call.in_(calls))
    found: dict[AccountId, dict[str, Tally]] = {}
    for row in conn.execute(asked):
        of = found.setdefault(AccountId(row.account_id), {})
        of.setdefault(row.call, Tally()).merge(_tally(row))
    return found


def aged(conn: Connection, now: datetime) -> list[AccountId]:
    """The accounts of which something is to be carried to a longer span."""
    found = conn.execute(
        sa.select(MEASURE.account_id).where(sa.or_(*map(_old, SPANS, repeat(now)))).distinct()
    )
    return [AccountId(account_id) for account_id in found.scalars()]


def carry(conn: Connection, ids: Collection[AccountId], now: datetime) -> None:
    """Move what is too old for its span to the next longer one; out of the longest, away. Run it under `LOCK`."""
    for span, longer in zip(SPANS, (*SPANS[1:], None), strict=True):
        old = sa.and_(MEASURE.account_id.in_(ids), _old(span, now))
        if longer is not None:
            moved: dict[datetime, dict[Key, Tally]] = {}
            for row in conn.execute(sa.select(account_measures).where(old)):
                into = moved.setdefault(longer.start(row.start), {})
                into.setdefault((AccountId(row.account_id), row.call), Tally()).merge(_tally(row))
            for start, given in moved.items():
                _merge(conn, given, longer, start)
        conn.execute(sa.delete(account_measures).where(old))


def _old(span: Span, now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(MEASURE.span == span.seconds, MEASURE.start < now - span.kept)


def forget_outages(conn: Connection, now: datetime) -> None:
    """Those that no window looks back to."""
    conn.execute(sa.delete(account_outages).where(OUTAGE.seen_at < now - OUTAGES_KEPT))


def see(conn: Connection, outages: Iterable[Away]) -> None:
    """Begin outages, or carry known ones on to the moment they were last seen."""
    for one in outages:
        here = sa.and_(
            OUTAGE.account_id == one.account_id, OUTAGE.kind == one.what, OUTAGE.began_at == one.began
        )
        seen = conn.execute(sa.update(account_outages).where(here).values(seen_at=one.seen))
        if not seen.rowcount:
            row = {"account_id": one.account_id, "kind": one.what, "began_at": one.began, "seen_at": one.seen}
            conn.execute(sa.insert(account_outages), row)


def outages(conn: Connection, ids: Collection[AccountId], since: datetime) -> list[Away]:
    """Those that were seen since then, oldest first."""
    asked = sa.select(account_outages).where(OUTAGE.account_id.in_(ids), OUTAGE.seen_at > since)
    return [
        Away(AccountId(row.account_id), Outage(row.kind), row.began_at, row.seen_at)
        for row in conn.execute(asked.order_by(OUTAGE.began_at))
    ]


def _values(tally: Tally) -> dict[str, object]:
    return {
        "ends": orjson.dumps({end.value: count for end, count in tally.ends.items()}).decode(),
        "causes": orjson.dumps([[*key, count] for key, count in tally.causes.items()]).decode(),
        "times": tally.packed(),
    }


def _tally(row: sa.Row[tuple[object, ...]]) -> Tally:
    ends = Counter({CallEnd(end): count for end, count in orjson.loads(row.ends).items()})
    causes = Counter({(CallEnd(end), cause): count for end, cause, count in orjson.loads(row.causes)})
    return Tally.unpacked(ends, causes, row.times)
