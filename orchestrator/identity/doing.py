"""Whoever is calling, as the audit log names it: for endpoints that change something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends
from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.identity.access import AnyCaller
from orchestrator.identity.caller import Caller
from orchestrator.state import Clock, Now


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does something to what is `user_id`'s."""

    user_id: UserId
    actor: Actor
    clock: Clock

    def did(self, conn: Connection, action: Action, subject: str = "", **detail: str) -> datetime:
        """Write it into the audit log, in the transaction that does it. Tells the moment that it has there."""
        now = self.clock()
        audited(
            conn,
            user_id=self.user_id,
            actor=self.actor,
            action=action,
            at=now,
            subject=subject,
            detail=detail,
        )
        return now


def doer_of(caller: Caller, clock: Clock) -> Doer:
    """Of somebody who calls."""
    return Doer(caller.user_id, caller.actor, clock)


async def _doer(caller: AnyCaller, clock: Now) -> Doer:
    return doer_of(caller, clock)


Acting = Annotated[Doer, Depends(_doer)]
