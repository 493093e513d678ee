"""A scorecard as JSON. Times in milliseconds, of the calls that were answered; rates are parts of all calls, 0 to 1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.account import AccountId, AccountState, BrokerId
from domain.health import FILL, PLACE, CallEnd
from orchestrator.accounts.connections import Connection
from orchestrator.measures.repository import Away, Outage
from orchestrator.measures.tally import FAILED, REFUSED, Tally
from orchestrator.measures.windows import Window
from orchestrator.schemas import Out, Time
from orchestrator.scorecards.outages import minutes

ORDER_CALLS = ("place", "modify", "cancel")


class TimesOut(Out):
    """Percentiles within one per cent; null where nothing was answered. `count`: the calls they are of."""

    count: int
    p50_ms: float | None
    p90_ms: float | None
    p99_ms: float | None

    @classmethod
    def of(cls, tally: Tally) -> TimesOut:
        return cls(
            count=int(tally.times.count),
            p50_ms=_tenths(tally.milliseconds(0.50)),
            p90_ms=_tenths(tally.milliseconds(0.90)),
            p99_ms=_tenths(tally.milliseconds(0.99)),
        )


class CallOut(Out):
    """One kind of call. `rejected` for what was asked, `barred` for the account's permissions or address;
    `unavailable` never reached the broker's order desk, `unknown` had no clear answer.
    """

    call: str
    count: int
    ok: int
    rejected: int
    barred: int
    session: int
    unavailable: int
    unknown: int
    times: TimesOut

    @classmethod
    def of(cls, call: str, tally: Tally) -> CallOut:
        return cls(
            call=call,
            count=tally.calls,
            times=TimesOut.of(tally),
            **{end.value: tally.ends[end] for end in CallEnd},
        )


class CauseOut(Out):
    """Why order calls ended badly: the broker's code, else its words."""

    end: CallEnd
    cause: str
    count: int


class OutageOut(Out):
    """Minutes of open market in which a part of the account was away, within the window."""

    what: Outage
    minutes: float
    last_seen: Time


class ScorecardOut(Out):
    """What one account was measured to do since `since`.

    `place_to_ack`: our order to the broker's answer. `ack_to_fill`: from there to the first fill that we heard of, for
    market orders. `feed_age_seconds`: since the last price came, while prices are wanted of it.
    """

    account: AccountId
    broker: BrokerId
    label: str
    state: AccountState
    reads: str | None
    writes: str | None
    feed_age_seconds: float | None
    window: Window
    since: Time
    place_to_ack: TimesOut
    ack_to_fill: TimesOut
    reject_rate: float | None
    failure_rate: float | None
    causes: list[CauseOut]
    outage_minutes: float
    outages: list[OutageOut]
    calls: list[CallOut]

    @classmethod
    def of(
        cls,
        connection: Connection,
        *,
        window: Window,
        since: datetime,
        calls: Mapping[str, Tally],
        outages: Sequence[Away],
        feed_age: float | None,
    ) -> ScorecardOut:
        account, health = connection.account, connection.health()
        placed = calls.get(PLACE, Tally())
        return cls(
            account=account.id,
            broker=account.broker,
            label=account.label,
            state=account.state,
            reads=health.reads if health else None,
            writes=health.writes if health else None,
            feed_age_seconds=None if feed_age is None else round(feed_age, 1),
            window=window,
            since=since,
            place_to_ack=TimesOut.of(placed),
            ack_to_fill=TimesOut.of(calls.get(FILL, Tally())),
            reject_rate=placed.share(REFUSED),
            failure_rate=placed.share(FAILED),
            causes=_causes(calls),
            outage_minutes=round(minutes(outages, since), 1),
            outages=_outages(outages, since),
            calls=[CallOut.of(call, calls[call]) for call in sorted(calls) if call != FILL],
        )


def _causes(calls: Mapping[str, Tally]) -> list[CauseOut]:
    """Of all order calls, the most frequent first."""
    total: Counter[tuple[CallEnd, str]] = Counter()
    for call in ORDER_CALLS:
        total.update(calls[call].causes if call in calls else {})
    return [CauseOut(end=end, cause=cause, count=count) for (end, cause), count in total.most_common()]


def _outages(outages: Sequence[Away], since: datetime) -> list[OutageOut]:
    kinds = {what: [one for one in outages if one.what is what] for what in Outage}
    return [
        OutageOut(what=what, minutes=round(minutes(mine, since), 1), last_seen=max(one.seen for one in mine))
        for what, mine in kinds.items()
        if mine
    ]


def _tenths(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds, 1)
