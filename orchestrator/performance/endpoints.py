"""How the portfolio did over time, and the money that came into it and left it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection as SqlConnection

from aggregation.performance import performance
from domain.account import AccountId, BrokerId, UserId
from domain.calendar import IST
from domain.money import ZERO, Money
from orchestrator.accounts.access import Live
from orchestrator.accounts.connections import Connections
from orchestrator.audit.actions import Action
from orchestrator.errors import Problem, not_found, problems
from orchestrator.identity.access import CurrentUser
from orchestrator.identity.doing import Acting
from orchestrator.ids import new_id
from orchestrator.performance import rebuilt_rows, repository
from orchestrator.performance.rebuilt import rebuilt_series
from orchestrator.performance.repository import Flow, FlowSource, FlowState
from orchestrator.performance.schemas import FlowIn, FlowOut, FlowPatch, FlowsOut, PerformanceOut
from orchestrator.performance.series import series
from orchestrator.state import Db, Now
from orchestrator.trades.asking import First, Last, OfAccount, own_account

router = APIRouter(prefix="/v1", tags=["performance"])

LARGEST = Money.of(10**12)  # rupees in one flow: more is a slip of the finger
MOST_FLOWS = 5000


class Range(StrEnum):
    WEEK = "1w"
    MONTH = "1m"
    QUARTER = "3m"
    HALF = "6m"
    THIS_YEAR = "ytd"
    YEAR = "1y"
    THREE = "3y"
    FIVE = "5y"
    ALL = "all"


DAYS = {
    Range.WEEK: 7,
    Range.MONTH: 30,
    Range.QUARTER: 91,
    Range.HALF: 182,
    Range.YEAR: 365,
    Range.THREE: 1096,
    Range.FIVE: 1826,
}
OfRange = Annotated[Range, Query(alias="range", description="Back from today; `from` and `to` go before it.")]
OfBroker = Annotated[BrokerId | None, Query(description="The accounts at one broker.")]


@router.get("/portfolio/performance", responses=problems(401, 404))
async def get_performance(
    user_id: CurrentUser,
    db: Db,
    connections: Live,
    clock: Now,
    range_: OfRange = Range.ALL,
    first: First = None,
    last: Last = None,
    account: OfAccount = None,
    broker: OfBroker = None,
) -> PerformanceOut:
    """Return, gain, falls and the equity curve, evening by evening, apart from what was paid in or taken out.

    The base is the last evening known before the range.
    """
    if first and last and first > last:
        rule = "the first day is not after the last one"
        raise Problem(422, "invalid_input", rule, field="from", rule=rule)
    chosen = _chosen(user_id, connections, account, broker)
    today = clock().astimezone(IST).date()
    began = first or _beginning(range_, today)
    evenings, flows, rebuilt = await db.read(
        lambda conn: (
            repository.evenings(conn, user_id, accounts=chosen or (), last=last),
            repository.flows(conn, user_id, accounts=chosen or (), last=last),
            rebuilt_rows.rebuilt(conn, user_id, accounts=chosen or (), first=began, last=last),
        )
    )
    if chosen is not None and not chosen:
        evenings, flows, rebuilt = [], [], []
    still = {one.account.id for one in connections.of_user(user_id) if one.snapshot is not None}
    whole = series(evenings, flows, still=still)
    days = whole.days
    if began is not None:
        base = max((one.day for one in days if one.day < began and one.value is not None), default=began)
        days = tuple(one for one in days if one.day >= base)
    made = performance(days)
    shown = {one.day for one in days}
    return PerformanceOut.of(
        made,
        lacking=[one for one in whole.lacking if one[0] in shown],
        rebuilt=rebuilt_series(rebuilt, evenings, whole.lacking),
        estimated=any(
            one.state is FlowState.OPEN and days and days[0].day < one.day <= days[-1].day for one in flows
        ),
    )


def _beginning(asked: Range, today: date) -> date | None:
    if asked is Range.THIS_YEAR:
        return date(today.year, 1, 1)
    return today - timedelta(days=DAYS[asked]) if asked in DAYS else None


def _chosen(
    user_id: UserId, connections: Connections, account: str | None, broker: BrokerId | None
) -> list[AccountId] | None:
    """The accounts asked for; None: all there are and were."""
    if account is not None:
        return [own_account(user_id, account, connections)]
    if broker is not None:
        return [one.account.id for one in connections.of_user(user_id) if one.account.broker is broker]
    return None


# --- cash flows ------------------------------------------------------------------------------------------------------


@router.get("/cash-flows", responses=problems(401, 404))
async def list_flows(
    user_id: CurrentUser,
    db: Db,
    connections: Live,
    account: OfAccount = None,
    first: First = None,
    last: Last = None,
) -> FlowsOut:
    """What came in and went out, oldest first: entered, moved through us, or inferred and marked so."""
    chosen = [own_account(user_id, account, connections)] if account else []
    found = await db.read(
        lambda conn: repository.flows(conn, user_id, accounts=chosen, first=first, last=last)
    )
    return FlowsOut(items=[_out(one, connections) for one in found])


@router.post("/cash-flows", status_code=201, responses=problems(401, 404, 409, 422))
async def add_flow(
    body: FlowIn, user_id: CurrentUser, acting: Acting, db: Db, connections: Live, clock: Now
) -> FlowOut:
    """Tell of a deposit (above zero) or a withdrawal (below)."""
    _checked(body.amount, body.day, clock().astimezone(IST).date())
    made = Flow(
        id=new_id("flw"),
        account_id=own_account(user_id, body.account, connections),
        day=body.day,
        amount=body.amount,
        source=FlowSource.ENTERED,
        state=FlowState.CONFIRMED,
        note=body.note,
        changed_at=clock(),
    )

    def work(conn: SqlConnection) -> None:
        if len(repository.flows(conn, user_id)) >= MOST_FLOWS:
            raise Problem(409, "too_many_flows", f"{MOST_FLOWS} cash flows are the most that are kept")
        repository.add_flow(conn, user_id, made)
        acting.did(conn, Action.FLOW_ADDED, made.id, amount=str(made.amount), day=made.day.isoformat())

    await db.write(work, lock=f"performance:{user_id}")
    return _out(made, connections)


@router.patch("/cash-flows/{flow_id}", responses=problems(401, 404, 422))
async def change_flow(
    flow_id: str, body: FlowPatch, user_id: CurrentUser, acting: Acting, db: Db, connections: Live, clock: Now
) -> FlowOut:
    """Correct one; one that was inferred is confirmed with it."""

    def work(conn: SqlConnection) -> Flow:
        known = _mine(conn, user_id, flow_id)
        changed = replace(
            known,
            day=body.day or known.day,
            amount=known.amount if body.amount is None else body.amount,
            note=known.note if body.note is None else body.note,
            state=FlowState.CONFIRMED,
            changed_at=clock(),
        )
        _checked(changed.amount, changed.day, clock().astimezone(IST).date())
        repository.save_flow(conn, changed)
        acting.did(
            conn, Action.FLOW_CHANGED, flow_id, amount=str(changed.amount), day=changed.day.isoformat()
        )
        return changed

    return _out(await db.write(work, lock=f"performance:{user_id}"), connections)


@router.delete("/cash-flows/{flow_id}", status_code=204, responses=problems(401, 404))
async def remove_flow(flow_id: str, user_id: CurrentUser, acting: Acting, db: Db, clock: Now) -> Response:
    """Take one out. One that was inferred is kept as dismissed, so that it is not found again."""

    def work(conn: SqlConnection) -> None:
        known = _mine(conn, user_id, flow_id)
        if known.source is FlowSource.INFERRED:
            repository.save_flow(conn, replace(known, state=FlowState.DISMISSED, changed_at=clock()))
        else:
            repository.remove_flow(conn, flow_id)
        acting.did(conn, Action.FLOW_REMOVED, flow_id)

    await db.write(work, lock=f"performance:{user_id}")
    return Response(status_code=204)


def _mine(conn: SqlConnection, user_id: UserId, flow_id: str) -> Flow:
    known = repository.flow(conn, user_id, flow_id)
    if known is None:
        raise not_found("cash flow")
    return known


def _checked(amount: Money, day: date, today: date) -> None:
    if amount == ZERO or amount != amount.rounded() or abs(amount) > LARGEST:
        rule = "rupees in whole paise, not zero, at most a trillion"
        raise Problem(422, "invalid_input", f"{amount} cannot have moved", field="amount", rule=rule)
    if not date(1990, 1, 1) <= day <= today:
        rule = "a day from 1990 to today (IST)"
        raise Problem(422, "invalid_input", f"{day} is no day on which it moved", field="day", rule=rule)


def _out(one: Flow, connections: Connections) -> FlowOut:
    known = connections.get(one.account_id)
    account = known.account if known is not None else None
    return FlowOut.of(
        one,
        broker=account.broker if account else None,
        label=account.label if account else one.account_id,
    )
