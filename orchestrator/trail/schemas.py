"""Entries of the audit log on the wire."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from pydantic import Field

from orchestrator.audit.record import ActorKind
from orchestrator.schemas import Out, Time


class ActorOut(Out):
    """Who did it. `name` is the device of the login, or the name that the token has; null where it is not known."""

    kind: ActorKind
    id: Annotated[str, Field(description="A user's id, or the name of a part of the product.")]
    through: Annotated[str, Field(description="The id of the login or of the personal token.")]
    name: str | None
    here: Annotated[bool, Field(description="Whether it is the login that is asking.")]


class EntryOut(Out):
    """What was done. `position` and `hash` are null until it is in the chain, for a second at most."""

    id: str
    at: Time
    action: Annotated[str, Field(description="For example `order.placed`.")]
    actor: ActorOut
    address: Annotated[str | None, Field(description="Where it came from; null where it is not known.")]
    subject: Annotated[str, Field(description="The id of what it was done to.")]
    detail: dict[str, str]
    position: int | None
    hash: str | None

    @staticmethod
    def of(row: Any, *, name: str | None, here: str | None) -> EntryOut:
        actor = ActorOut(
            kind=ActorKind(row.actor_kind),
            id=row.actor,
            through=row.through,
            name=name,
            here=bool(row.through) and row.through == here,
        )
        return EntryOut(
            id=str(row.id),
            at=row.at,
            action=row.action,
            actor=actor,
            address=row.address or None,
            subject=row.subject,
            detail=orjson.loads(row.detail) if row.detail else {},
            position=row.position,
            hash=row.hash,
        )


class AuditPage(Out):
    """The newest first. `next` is the `before` of the next page, null at the end."""

    items: list[EntryOut]
    next: str | None
