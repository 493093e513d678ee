"""When a call may leave: it waits until it fits the account's own windows and those of all our programs."""

from __future__ import annotations

import asyncio

from adapters.budget import Budget
from adapters.governor import Call, Governor, Hold
from adapters.held import NotSent
from adapters.room import Room, Unshared


class Admission:
    """`budget`: the broker's limits of calls, `governor`: the rules for orders, `room`: what our other programs leave
    of both; None: there are none. `broker` is its name in words."""

    def __init__(self, budget: Budget, governor: Governor, room: Room | None, broker: str) -> None:
        self._budget, self._governor, self._room, self._broker = budget, governor, room, broker

    async def read(self, kind: str, patience: float, *, spare: bool = False) -> None:
        """Until a read fits. Raises NotSent when that would take longer than `patience` seconds. `spare`: as of
        `Budget`."""
        waited = 0.0
        while wait := await self._counted_read(kind, spare=spare):
            waited += wait
            if waited > patience:
                raise NotSent(f"the broker's limit of {kind} calls is used up for the next {wait:.0f} s")
            await asyncio.sleep(wait)

    async def write(self, call: Call | None, patience: float) -> None:
        """Until a write fits, by the order rules for `call` or else as any call. Raises NotSent, with the rule, when
        that would take longer than `patience` seconds."""
        waited = 0.0
        while hold := await (self._counted(call) if call else self._other()):
            waited += hold.seconds
            if waited > patience:
                raise NotSent(f"{hold.rule}: nothing more fits for the next {hold.seconds:.1f} s")
            await asyncio.sleep(hold.seconds)

    async def _counted_read(self, kind: str, *, spare: bool = False) -> float:
        """0.0 when it was counted with those of our other programs, else the seconds to wait."""
        if self._room is None:
            return self._budget.take(kind, spare=spare)
        if (wait := self._budget.wait(kind, spare=spare)) > 0:
            return wait
        shares = self._budget.shares(kind, spare=spare)
        try:
            wait = await self._room.take(shares) if shares else 0.0
        except Unshared as alone:
            return self._budget.take(kind, among=alone.among, spare=spare)
        return wait if wait > 0 else self._budget.take(kind, spare=spare)

    async def _counted(self, call: Call) -> Hold | None:
        """Counted with those of our other programs, or held."""
        if self._room is None:
            return self._governor.take(call)
        if (hold := self._governor.hold(call)) is not None:
            return hold
        shares = self._governor.shares(call)
        try:
            wait = await self._room.take(shares) if shares else 0.0
        except Unshared as alone:
            return self._governor.take(call, among=alone.among)
        if wait <= 0:
            return self._governor.take(call)
        by_length = sorted(shares, key=lambda share: share.seconds)
        rule = next((share.rule for share in by_length if share.seconds >= wait), by_length[-1].rule)
        return Hold(wait, f"{rule}, over all our processes")

    async def _other(self) -> Hold | None:
        wait = await self._counted_read("other")
        return Hold(wait, f"{self._broker}'s limit of calls is used up") if wait else None
