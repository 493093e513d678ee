"""The kill switch on the wire: what was asked for beside what is proven."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from domain.account import AccountId, AccountState, BrokerId
from domain.limits import KillDepth, Switch
from orchestrator.accounts.connections import Connection
from orchestrator.killswitch.repository import Step
from orchestrator.schemas import In, Out, Time


class KillIn(In):
    """`depth` includes the ones before it; while the switch is on, a shallower one does not loosen it."""

    depth: KillDepth
    words: Annotated[str, Field(max_length=200, description="Why, for yourself.")] = ""


MOST_SWITCHES = 2**31


def _number(value: int) -> int:
    if not 0 < value < MOST_SWITCHES:  # more than a database's column holds
        raise ValueError("switches are numbered from 1 on")
    return value


class ReleaseIn(In):
    """`number` is of the switch that you saw: one that was asked for again meanwhile stays on."""

    confirm: Literal["release"]
    number: Annotated[int, AfterValidator(_number)]


class KillAccountOut(Out):
    """One account. Times of proof are of a reading of the broker after which nothing was open; null: not proven."""

    account: str
    account_label: str
    broker: BrokerId
    connected: bool
    open_orders: int | None
    open_positions: int | None
    cancelled_at: Time | None
    flat_at: Time | None
    tried_at: Time | None
    words: str


class KillOut(Out):
    """Requested: `depth`. Proven: `cancelled` and `flat`, each only when every account is. Delivery shares stay."""

    engaged: bool
    number: int | None
    depth: KillDepth | None
    since: Time | None
    words: str
    cancelled: bool | None
    flat: bool | None
    accounts: list[KillAccountOut]

    @classmethod
    def of(
        cls, switch: Switch | None, connections: Iterable[Connection], steps: Mapping[AccountId, Step]
    ) -> KillOut:
        cancels = switch is not None and switch.depth.cancels
        flattens = switch is not None and switch.depth is KillDepth.FLATTEN
        used = [one for one in connections if one.account.state is not AccountState.CONNECTING]
        accounts = [_account(one, steps.get(one.account.id)) for one in used] if cancels else []
        return cls(
            engaged=switch is not None,
            number=switch.number if switch else None,
            depth=switch.depth if switch else None,
            since=switch.since if switch else None,
            words=switch.words if switch else "",
            cancelled=all(one.cancelled_at is not None for one in accounts) if cancels else None,
            flat=all(one.flat_at is not None for one in accounts) if flattens else None,
            accounts=accounts,
        )


def _account(connection: Connection, step: Step | None) -> KillAccountOut:
    return KillAccountOut(
        account=connection.account.id,
        account_label=connection.account.label,
        broker=connection.account.broker,
        connected=connection.ready,
        open_orders=step.open_orders if step else None,
        open_positions=step.open_positions if step else None,
        cancelled_at=step.cancelled_at if step else None,
        flat_at=step.flat_at if step else None,
        tried_at=step.tried_at if step else None,
        words=step.words if step else "Not tried yet.",
    )
