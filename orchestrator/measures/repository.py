"""Measurements and outages in the database. Several processes may add to the same span."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import AccountId
from domain.health import CallEnd
from orchestrator.measures.tally import Tally
from orchestrator.measures.windows import SPANS, Span
from orchestrator.tables import account_measures, account_outages, accounts

MEASURE, OUTAGE = account_measures.c, account_outages.c
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


def add(conn: Connection, account_id: AccountId, heard: Mapping[str, Tally], at: datetime) -> None:
    """Add tallies, by call, to every span that `at` lies in. Run it under a lock of the account.

    Nothing is added for an account that is gone.
    """
    if conn.execute(sa.select(accounts.c.id).where(accounts.c.id == account_id)).one_or_none() is None:
        return
    for span in SPANS:
        for call, tally in heard.items():
            _add_one(conn, account_id, call, span, span.start(at), tally)


def _add_one(
    conn: Connection, account_id: AccountId, call: str, span: Span, start: datetime, tally: Tally
) -> None:
    key = {"account_id": account_id, "call": call, "span": span.seconds, "start": start}
    here = sa.and_(*(MEASURE[name] == value for name, value in key.items()))
    known = conn.execute(sa.select(account_measures).where(here)).one_or_none()
    if known is None:
        conn.execute(sa.insert(account_measures), {**key, **_values(tally)})
        return
    whole = _tally(known)
    whole.merge(tally)
    conn.execute(sa.update(account_measures).where(here).values(_values(whole)))


def measures(
    conn: Connection, ids: Collection[AccountId], span: Span, since: datetime
) -> dict[AccountId, dict[str, Tally]]:
    """What was measured since then, added up by account and call."""
    asked = sa.select(account_measures).where(
        MEASURE.account_id.in_(ids), MEASURE.span == span.seconds, MEASURE.start >= since
    )
    found: dict[AccountId, dict[str, Tally]] = {}
    for row in conn.execute(asked):
        calls = found.setdefault(AccountId(row.account_id), {})
        calls.setdefault(row.call, Tally()).merge(_tally(row))
    return found


def prune(conn: Connection, now: datetime) -> None:
    """Forget what no window looks back to."""
    for span in SPANS:
        old = sa.and_(MEASURE.span == span.seconds, MEASURE.start < now - span.kept)
        conn.execute(sa.delete(account_measures).where(old))
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
