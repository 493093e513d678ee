"""The sandbox's switches over HTTP, for screens: break a broker, move its market, let a day pass. On paper only."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request
from starlette.requests import HTTPConnection

from domain.account import AccountId, BrokerId, UserId
from orchestrator.accounts.access import Live
from orchestrator.accounts.connections import Connections
from orchestrator.audit.actions import Action
from orchestrator.errors import not_found, problems
from orchestrator.identity.access import CurrentBearer, CurrentUser
from orchestrator.identity.doing import Acting
from orchestrator.identity.proof import operator
from orchestrator.sandbox.control import SandboxControl
from orchestrator.sandbox.schemas import (
    BackgroundIn,
    BackgroundOut,
    ClockIn,
    ClockOut,
    CompanyActionIn,
    CompanyActionOut,
    CompanyActionsOut,
    FaultIn,
    FaultKindsOut,
    FaultOut,
    FaultsOut,
    HaltIn,
    HaltOut,
    PlayedOut,
    PriceIn,
    RemovedOut,
    SandboxBrokerOut,
    SandboxOut,
    ScenarioIn,
    SwitchesIn,
    SwitchesOut,
)
from orchestrator.sandbox.told import (
    BROKERS,
    NAMES,
    ActionsTold,
    BrokersTold,
    ClockTold,
    FaultsTold,
    FaultTold,
    ScenariosTold,
    fits,
)
from orchestrator.state import Config, Db

router = APIRouter(prefix="/v1/sandbox", tags=["sandbox"])

NO = problems(401, 404, 422, 503)
NO_CHANGE = problems(401, 403, 404, 422, 503)


async def _control(connection: HTTPConnection) -> SandboxControl:
    return cast(SandboxControl, connection.app.state.sandbox)


Control = Annotated[SandboxControl, Depends(_control)]


async def _switched(
    control: Control, settings: Config, login: CurrentBearer, acting: Acting, request: Request, db: Db
) -> SandboxControl:
    """What is broken is broken for everybody: where others reach us, only by operators. Raises Problem 401, 403."""
    if not settings.only_here:
        await operator(login)
    asked = f"{request.method} {request.url.path}"
    await db.write(lambda conn: acting.did(conn, Action.SANDBOX_CHANGED, asked=asked))
    return control


Switched = Annotated[SandboxControl, Depends(_switched)]


@router.get("", responses=NO)
async def get_sandbox(user: CurrentUser, control: Control) -> SandboxOut:
    """Its brokers, its clock and what can be played. 404 where the brokers are real."""
    clock = fits(ClockTold, await control.get("/clock"))
    brokers = fits(BrokersTold, await control.get("/brokers")).brokers
    scenarios = fits(ScenariosTold, await control.get("/scenarios")).scenarios
    return SandboxOut(
        page=control.url,
        brokers=[SandboxBrokerOut(broker=BROKERS[one.broker], down=one.down) for one in brokers],
        clock=ClockOut.model_validate(clock.model_dump(exclude={"flow"})),
        flow=clock.flow,
        scenarios=scenarios,
    )


# --- what is broken ----------------------------------------------------------------------------------------------


@router.get("/faults", responses=NO)
async def list_faults(user: CurrentUser, control: Control, connections: Live) -> FaultsOut:
    """What is broken now."""
    told = fits(FaultsTold, await control.get("/faults"))
    return FaultsOut(items=[_fault(one, user, connections) for one in told.faults])


@router.get("/faults/kinds", responses=NO)
async def list_fault_kinds(user: CurrentUser, control: Control) -> FaultKindsOut:
    """Every fault, call and part of a broker, for forms."""
    return fits(FaultKindsOut, await control.get("/faults/kinds"))


@router.post("/faults", status_code=201, responses=NO_CHANGE)
async def add_fault(body: FaultIn, user: CurrentUser, control: Switched, connections: Live) -> FaultOut:
    """Break something, until it has happened `times` times, `lasts` seconds are over, or it is removed."""
    asked = body.model_dump(exclude_none=True, mode="json") | {"broker": NAMES[body.broker]}
    if body.account is not None:
        asked["account"] = _broker_user(body.account, body.broker, user, connections)
    return _fault(fits(FaultTold, await control.post("/faults", asked)), user, connections)


@router.delete("/faults", responses=NO_CHANGE)
async def clear_faults(user: CurrentUser, control: Switched, broker: BrokerId | None = None) -> RemovedOut:
    """Mend everything, or everything at one broker."""
    told = await (control.delete("/faults", broker=NAMES[broker]) if broker else control.delete("/faults"))
    return fits(RemovedOut, told)


@router.delete("/faults/{fault_id}", status_code=204, responses=NO_CHANGE)
async def remove_fault(fault_id: str, user: CurrentUser, control: Switched) -> None:
    """Mend one."""
    await control.delete(f"/faults/{_word(fault_id)}")


# --- what is enforced --------------------------------------------------------------------------------------------


@router.get("/brokers/{broker}/switches", responses=NO)
async def get_switches(broker: BrokerId, user: CurrentUser, control: Control) -> SwitchesOut:
    """What this broker of the sandbox enforces."""
    return fits(SwitchesOut, await control.get(f"/brokers/{NAMES[broker]}/switches"))


@router.patch("/brokers/{broker}/switches", responses=NO_CHANGE)
async def set_switches(
    broker: BrokerId, body: SwitchesIn, user: CurrentUser, control: Switched
) -> SwitchesOut:
    """Change what is given."""
    asked = body.model_dump(exclude_none=True)
    return fits(SwitchesOut, await control.patch(f"/brokers/{NAMES[broker]}/switches", asked))


# --- the market --------------------------------------------------------------------------------------------------


@router.post("/scenario", status_code=202, responses=NO_CHANGE)
async def play_scenario(body: ScenarioIn, user: CurrentUser, control: Switched) -> PlayedOut:
    """Play one of the scenarios, on a symbol or (where it can be) everywhere."""
    return fits(PlayedOut, await control.post("/scenario", body.model_dump(exclude_none=True)))


@router.post("/halt", responses=NO_CHANGE)
async def halt_market(body: HaltIn, user: CurrentUser, control: Switched) -> HaltOut:
    """Stop all trading, as a market-wide breaker does."""
    return fits(HaltOut, await control.post("/halt", body.model_dump(exclude_none=True)))


@router.post("/resume", responses=NO_CHANGE)
async def resume_market(user: CurrentUser, control: Switched) -> HaltOut:
    """End the halt."""
    return fits(HaltOut, await control.post("/resume"))


@router.get("/clock", responses=NO)
async def get_sandbox_clock(user: CurrentUser, control: Control) -> ClockOut:
    """The exchange's time and sessions."""
    return fits(ClockOut, await control.get("/clock"))


@router.post("/clock", responses=NO_CHANGE)
async def set_sandbox_clock(body: ClockIn, user: CurrentUser, control: Switched) -> ClockOut:
    """Put the clock forward, speed it up or stop it."""
    return fits(ClockOut, await control.post("/clock", body.model_dump(exclude_none=True, mode="json")))


@router.post("/flow", responses=NO_CHANGE)
async def set_flow(body: BackgroundIn, user: CurrentUser, control: Switched) -> BackgroundOut:
    """Let others trade in the background, or not."""
    return fits(BackgroundOut, await control.post("/flow", body.model_dump()))


@router.post("/price", status_code=204, responses=NO_CHANGE)
async def move_price(body: PriceIn, user: CurrentUser, control: Switched) -> None:
    """Move the market of one instrument."""
    await control.post("/prices", {"prices": {body.symbol: str(body.price)}})


@router.get("/corporate-actions", responses=NO)
async def list_company_actions(user: CurrentUser, control: Control) -> CompanyActionsOut:
    """Splits, bonuses and dividends, announced and past."""
    told = await control.get("/corporate-actions")
    return CompanyActionsOut(items=fits(ActionsTold, told).actions)


@router.post("/corporate-actions", status_code=201, responses=NO_CHANGE)
async def announce_company_action(
    body: CompanyActionIn, user: CurrentUser, control: Switched
) -> CompanyActionOut:
    """Announce one for a later trading day."""
    asked = body.model_dump(exclude_none=True, mode="json")
    return fits(CompanyActionOut, await control.post("/corporate-actions", asked))


# --- names -------------------------------------------------------------------------------------------------------


def _fault(told: FaultTold, user: UserId, connections: Connections) -> FaultOut:
    broker = BROKERS[told.broker]
    mine = (
        one.account.id
        for one in connections.of_user(user)
        if one.account.broker is broker and one.account.broker_user_id == told.account
    )
    own = next(mine, None) if told.account else None
    elsewhere = bool(told.account) and own is None
    whose = {"account": own, "user": told.account if own else None, "elsewhere": elsewhere}
    return fits(FaultOut, told.model_dump() | {"broker": broker} | whose)


def _broker_user(account: str, broker: BrokerId, user: UserId, connections: Connections) -> str:
    """The broker's name of one of the user's accounts. Raises Problem 404."""
    connection = connections.get(AccountId(account))
    if connection is None or connection.account.user_id != user or connection.account.broker is not broker:
        raise not_found("account")
    if connection.account.broker_user_id is None:
        raise not_found("login at that account")
    return connection.account.broker_user_id


def _word(text: str) -> str:
    """A rule's id as the sandbox makes them; else there is none of that name."""
    if (
        not text.isascii()
        or not text.replace("_", "").replace(".", "").replace("-", "").isalnum()
        or len(text) > 40
    ):
        raise not_found("fault")
    return text
