"""The sandbox's switches over HTTP, for screens: break a broker, move its market, let a day pass. On paper only."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends
from starlette.requests import HTTPConnection

from domain.account import AccountId, BrokerId, UserId
from orchestrator.accounts.access import Live
from orchestrator.accounts.connections import Connections
from orchestrator.errors import not_found, problems
from orchestrator.identity.access import CurrentUser
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

router = APIRouter(prefix="/v1/sandbox", tags=["sandbox"])

# What the sandbox calls the brokers it plays.
NAMES = {
    BrokerId.ZERODHA: "kite",
    BrokerId.UPSTOX: "upstox",
    BrokerId.GROWW: "groww",
    BrokerId.MOCK: "mock",
}
BROKERS = {name: broker for broker, name in NAMES.items()}
NO = problems(401, 404, 422, 503)


async def _control(connection: HTTPConnection) -> SandboxControl:
    return cast(SandboxControl, connection.app.state.sandbox)


Control = Annotated[SandboxControl, Depends(_control)]


@router.get("", responses=NO)
async def get_sandbox(user: CurrentUser, control: Control) -> SandboxOut:
    """Its brokers, its clock and what can be played. 404 where the brokers are real."""
    clock = await control.get("/clock")
    brokers = await control.get("/brokers")
    scenarios = await control.get("/scenarios")
    return SandboxOut(
        page=control.url,
        brokers=[
            SandboxBrokerOut(broker=BROKERS[one["broker"]], down=one["down"]) for one in brokers["brokers"]
        ],
        clock=ClockOut.model_validate(clock),
        flow=clock["flow"],
        scenarios=scenarios["scenarios"],
    )


# --- what is broken ----------------------------------------------------------------------------------------------


@router.get("/faults", responses=NO)
async def list_faults(user: CurrentUser, control: Control, connections: Live) -> FaultsOut:
    """What is broken now."""
    told = await control.get("/faults")
    return FaultsOut(items=[_fault(one, user, connections) for one in told["faults"]])


@router.get("/faults/kinds", responses=NO)
async def list_fault_kinds(user: CurrentUser, control: Control) -> FaultKindsOut:
    """Every fault, call and part of a broker, for forms."""
    return FaultKindsOut.model_validate(await control.get("/faults/kinds"))


@router.post("/faults", status_code=201, responses=NO)
async def add_fault(body: FaultIn, user: CurrentUser, control: Control, connections: Live) -> FaultOut:
    """Break something, until it has happened `times` times, `lasts` seconds are over, or it is removed."""
    asked = body.model_dump(exclude_none=True, mode="json") | {"broker": NAMES[body.broker]}
    if body.account is not None:
        asked["account"] = _broker_user(body.account, body.broker, user, connections)
    return _fault(await control.post("/faults", asked), user, connections)


@router.delete("/faults", responses=NO)
async def clear_faults(user: CurrentUser, control: Control, broker: BrokerId | None = None) -> RemovedOut:
    """Mend everything, or everything at one broker."""
    told = await (control.delete("/faults", broker=NAMES[broker]) if broker else control.delete("/faults"))
    return RemovedOut.model_validate(told)


@router.delete("/faults/{fault_id}", status_code=204, responses=NO)
async def remove_fault(fault_id: str, user: CurrentUser, control: Control) -> None:
    """Mend one."""
    await control.delete(f"/faults/{_word(fault_id)}")


# --- what is enforced --------------------------------------------------------------------------------------------


@router.get("/brokers/{broker}/switches", responses=NO)
async def get_switches(broker: BrokerId, user: CurrentUser, control: Control) -> SwitchesOut:
    """What this broker of the sandbox enforces."""
    return SwitchesOut.model_validate(await control.get(f"/brokers/{NAMES[broker]}/switches"))


@router.patch("/brokers/{broker}/switches", responses=NO)
async def set_switches(
    broker: BrokerId, body: SwitchesIn, user: CurrentUser, control: Control
) -> SwitchesOut:
    """Change what is given."""
    asked = body.model_dump(exclude_none=True)
    return SwitchesOut.model_validate(await control.patch(f"/brokers/{NAMES[broker]}/switches", asked))


# --- the market --------------------------------------------------------------------------------------------------


@router.post("/scenario", status_code=202, responses=NO)
async def play_scenario(body: ScenarioIn, user: CurrentUser, control: Control) -> PlayedOut:
    """Play one of the scenarios, on a symbol or (where it can be) everywhere."""
    return PlayedOut.model_validate(await control.post("/scenario", body.model_dump(exclude_none=True)))


@router.post("/halt", responses=NO)
async def halt_market(body: HaltIn, user: CurrentUser, control: Control) -> HaltOut:
    """Stop all trading, as a market-wide breaker does."""
    return HaltOut.model_validate(await control.post("/halt", body.model_dump(exclude_none=True)))


@router.post("/resume", responses=NO)
async def resume_market(user: CurrentUser, control: Control) -> HaltOut:
    """End the halt."""
    return HaltOut.model_validate(await control.post("/resume"))


@router.get("/clock", responses=NO)
async def get_sandbox_clock(user: CurrentUser, control: Control) -> ClockOut:
    """The exchange's time and sessions."""
    return ClockOut.model_validate(await control.get("/clock"))


@router.post("/clock", responses=NO)
async def set_sandbox_clock(body: ClockIn, user: CurrentUser, control: Control) -> ClockOut:
    """Put the clock forward, speed it up or stop it."""
    return ClockOut.model_validate(
        await control.post("/clock", body.model_dump(exclude_none=True, mode="json"))
    )


@router.post("/flow", responses=NO)
async def set_flow(body: BackgroundIn, user: CurrentUser, control: Control) -> BackgroundOut:
    """Let others trade in the background, or not."""
    return BackgroundOut.model_validate(await control.post("/flow", body.model_dump()))


@router.post("/price", status_code=204, responses=NO)
async def move_price(body: PriceIn, user: CurrentUser, control: Control) -> None:
    """Move the market of one instrument."""
    await control.post("/prices", {"prices": {body.symbol: str(body.price)}})


@router.get("/corporate-actions", responses=NO)
async def list_company_actions(user: CurrentUser, control: Control) -> CompanyActionsOut:
    """Splits, bonuses and dividends, announced and past."""
    told = await control.get("/corporate-actions")
    return CompanyActionsOut(items=[CompanyActionOut.model_validate(one) for one in told["actions"]])


@router.post("/corporate-actions", status_code=201, responses=NO)
async def announce_company_action(
    body: CompanyActionIn, user: CurrentUser, control: Control
) -> CompanyActionOut:
    """Announce one for a later trading day."""
    asked = body.model_dump(exclude_none=True, mode="json")
    return CompanyActionOut.model_validate(await control.post("/corporate-actions", asked))


# --- names -------------------------------------------------------------------------------------------------------


def _fault(told: dict[str, Any], user: UserId, connections: Connections) -> FaultOut:
    broker = BROKERS[told["broker"]]
    mine = (
        one.account.id
        for one in connections.of_user(user)
        if one.account.broker is broker and one.account.broker_user_id == told["account"]
    )
    own = next(mine, None) if told["account"] else None
    return FaultOut.model_validate(told | {"broker": broker, "account": own, "user": told["account"]})


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
