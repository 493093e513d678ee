"""Orders that wait for their user, over HTTP: seen by the program that asked, answered by a person at a login."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from domain.routing import Denied
from orchestrator.approvals import service
from orchestrator.errors import not_found, problems
from orchestrator.identity.access import AskingCaller, CurrentBearer, LoggedIn
from orchestrator.identity.caller import Caller
from orchestrator.identity.proof import proven
from orchestrator.orders import waiting
from orchestrator.orders.approval_schemas import ApprovalOut, ApprovalsOut, ApproveIn, DeclineIn
from orchestrator.orders.room import Room, answer, refusal
from orchestrator.orders.schemas import OrderOut
from orchestrator.orders.waiting import Approval
from orchestrator.state import Config, Db, Now
from orchestrator.tokens.endpoints import KnownTokens

router = APIRouter(prefix="/v1/approvals", tags=["approvals"])

ApprovalId = Annotated[str, Path(min_length=1, max_length=40)]


@router.get("", responses=problems(401, 422))
async def list_approvals(
    caller: AskingCaller,
    db: Db,
    clock: Now,
    state: Annotated[Literal["waiting", "all"], Query()] = "waiting",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ApprovalsOut:
    """What waits for me, the newest first; a personal token sees what it asked itself."""
    now = clock()
    found = await db.read(
        lambda conn: waiting.page(
            conn,
            caller.user_id,
            token=caller.token,
            waiting_at=now if state == "waiting" else None,
            limit=limit,
        )
    )
    return ApprovalsOut(items=[ApprovalOut.of(one.at(now)) for one in found])


@router.get("/{approval_id}", responses=problems(401, 404))
async def get_approval(approval_id: ApprovalId, caller: AskingCaller, db: Db, clock: Now) -> ApprovalOut:
    """As it stands now; once it was approved, with the id of the order."""
    return ApprovalOut.of(await _mine(approval_id, caller, db, clock))


@router.post(
    "/{approval_id}/approve",
    status_code=201,
    response_model=OrderOut,
    responses=problems(401, 404, 409, 422)
    | {200: {"model": OrderOut, "description": "Approved before, by this or another device"}},
)
async def approve_order(
    approval_id: ApprovalId,
    body: ApproveIn,
    caller: LoggedIn,
    login: CurrentBearer,
    trading: Room,
    tokens: KnownTokens,
    settings: Config,
    db: Db,
    clock: Now,
) -> Response:
    """Send it. What would be sent is worked out anew, and is sent only if it is what was looked at: else 409
    `plan_changed`, and the approval shows the new plan. However often it is said, there is one order."""
    approval = await _mine(approval_id, caller, db, clock)
    if approval.proof:
        await proven(login, db, settings, clock)
    outcome = await service.approve(trading, tokens, approval, plan_hash=body.plan_hash, by=caller)
    if isinstance(outcome, waiting.PlanChanged):
        shown = ApprovalOut.of(await _mine(approval_id, caller, db, clock))
        raise service.plan_changed(shown.model_dump(mode="json"))
    if isinstance(outcome, Denied):
        raise refusal(outcome)
    stored, before = outcome
    return answer(OrderOut.of(stored), status=200 if before else 201)


@router.post("/{approval_id}/decline", responses=problems(401, 404, 409, 422))
async def decline_order(
    approval_id: ApprovalId, body: DeclineIn, caller: LoggedIn, trading: Room
) -> ApprovalOut:
    """It is never sent, and the program hears why."""
    declined = await service.decline(trading, caller, approval_id, words=body.words)
    return ApprovalOut.of(declined)


async def _mine(approval_id: str, caller: Caller, db: Db, clock: Now) -> Approval:
    """Raises Problem 404 for what a token did not ask itself, too."""
    found = await db.read(lambda conn: waiting.load(conn, caller.user_id, approval_id))
    if caller.token not in (None, found.token):
        raise not_found("approval")
    return found.at(clock())
