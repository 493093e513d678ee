"""The sandbox's switches on the wire: what can be broken, what is enforced, and what the market is told to do."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from domain.account import BrokerId
from orchestrator.schemas import In, MoneyText, Out, PriceText

Word = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.-]+$")]
Symbol = Annotated[str, Field(min_length=1, max_length=64, examples=["NSE:INFY"])]
Seconds = Annotated[float, Field(ge=-86_400, le=366 * 86_400, allow_inf_nan=False)]


class GroupSessionOut(Out):
    group: str
    session: str
    phase: str


class ClockOut(Out):
    """The exchange's simulated time. `sessions`: of each group of instruments that trades by hours of its own."""

    ist: str
    day: str
    mode: Literal["real", "step"]
    speed: float
    always_open: bool
    sessions: list[GroupSessionOut]


class ScenarioOut(Out):
    """`everywhere`: it can happen to all shares at once, without a symbol."""

    name: str
    words: str
    everywhere: bool


class SandboxBrokerOut(Out):
    """`down`: an outage is in force there."""

    broker: BrokerId
    down: bool


class SandboxOut(Out):
    """`page`: the sandbox's own page for a person. `brokers`: those that run there. `flow`: others trade, too."""

    page: str
    brokers: list[SandboxBrokerOut]
    clock: ClockOut
    flow: bool
    scenarios: list[ScenarioOut]


class FaultKindOut(Out):
    """`standing`: it holds until it is removed; `needs_seconds`: say how long."""

    fault: str
    needs_seconds: bool
    standing: bool


class FaultKindsOut(Out):
    """`groups` are parts of a broker that fail alone, and their calls."""

    faults: list[FaultKindOut]
    calls: list[str]
    groups: dict[str, list[str]]


class FaultIn(In):
    """As docs/sandbox.md tells. `account`: one of your accounts at that broker; all of them without it."""

    broker: BrokerId
    fault: Word
    call: Word | None = None
    account: Annotated[str, Field(max_length=64)] | None = None
    exchange: Literal["NSE", "BSE"] | None = None
    times: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    after: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    seconds: Seconds | None = None
    lasts: Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)] | None = None
    probability: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 1.0
    status: Annotated[int, Field(ge=400, le=599)] | None = None
    body: Word | None = None


class FaultOut(Out):
    """A fault in force. `seen` requests fitted it, `hits` of them were broken. `account` and `user` (the
    user id at the broker) are null for everybody's, and for somebody else's, which is `elsewhere`."""

    id: str
    broker: BrokerId
    fault: str
    call: str | None
    account: str | None
    user: str | None
    elsewhere: bool
    exchange: str | None
    times: int | None
    after: int
    seconds: float | None
    lasts: float | None
    probability: float
    status: int | None
    body: str | None
    seen: int
    hits: int


class FaultsOut(Out):
    items: list[FaultOut]


class RemovedOut(Out):
    removed: int


class SwitchesOut(Out):
    """What a broker of the sandbox enforces, as docs/sandbox.md tells."""

    rate_limits: bool
    modification_cap: bool
    require_static_ip: bool
    service_hours: bool
    daily_approval: bool
    totp_once: bool
    adjusted_averages: bool
    charges: bool
    plan: str
    strictness: str
    pace: str


class SwitchesIn(In):
    """What is left out stays. `strict`: every switch as the real broker has it, before the others."""

    strict: Literal[True] | None = None
    rate_limits: bool | None = None
    modification_cap: bool | None = None
    require_static_ip: bool | None = None
    service_hours: bool | None = None
    daily_approval: bool | None = None
    totp_once: bool | None = None
    adjusted_averages: bool | None = None
    charges: bool | None = None
    plan: Literal["connect", "personal"] | None = None
    strictness: Literal["current", "legacy"] | None = None
    pace: Literal["none", "realistic"] | None = None


class ScenarioIn(In):
    name: Word
    symbol: Symbol | None = None


class PlayedOut(Out):
    scenario: str
    symbol: str | None


class HaltIn(In):
    """Without `minutes` until it is resumed."""

    minutes: Annotated[int, Field(ge=1, le=1440)] | None = None


class HaltOut(Out):
    halted: bool
    minutes: int | None = None


class ClockIn(In):
    """`advance` (seconds) or `to` puts the clock forward; `speed` in simulated seconds a second."""

    mode: Literal["real", "step"] | None = None
    speed: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)] | None = None
    advance: Annotated[float, Field(ge=0, le=366 * 86_400, allow_inf_nan=False)] | None = None
    to: AwareDatetime | None = None


class BackgroundIn(In):
    """Whether others trade in the background."""

    enabled: bool


class BackgroundOut(Out):
    flow: bool


class PriceIn(In):
    """Move the market of one instrument there, within its band."""

    symbol: Symbol
    price: PriceText


class CompanyActionIn(In):
    """`new` for `old` of a split, `new` more for each `old` of a bonus, `amount` rupees a share of a dividend."""

    symbol: Symbol
    kind: Literal["split", "bonus", "dividend"]
    on: date
    new: Annotated[int, Field(ge=1, le=1000)] = 1
    old: Annotated[int, Field(ge=1, le=1000)] = 1
    amount: MoneyText | None = None


class CompanyActionOut(Out):
    symbol: str
    kind: str
    on: date
    new: int
    old: int
    amount: MoneyText


class CompanyActionsOut(Out):
    items: list[CompanyActionOut]
