"""Messages to users' servers that were given up, for operators: which and why, sent again or forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import Connection

from orchestrator.audit.actions import Action
from orchestrator.audit.record import audited
from orchestrator.errors import not_found, problems
from orchestrator.identity.doing import Acting, Doer
from orchestrator.identity.proof import Operator, Proven
from orchestrator.schemas import In, Out, Time
from orchestrator.state import Db, Now
from orchestrator.storage.db import Database
from orchestrator.webhooks import dead
from orchestrator.webhooks.dead import DeadBody, DeadLetter

router = APIRouter(prefix="/v1/operator/dead-letters", tags=["operator"])

LOCK = "webhooks"
NO, NO_CHANGE = problems(401, 403), problems(401, 403, 422)


class DeadLetterOut(Out):
    """A message that was given up. `words`: what its server answered last, or why it did not. `enabled`: whether its
    webhook is on; those of one that is off stay until it is."""

    number: int
    id: str
    user_id: str
    webhook_id: str
    enabled: bool
    type: str
    made_at: Time
    tried_at: Time | None
    attempts: int
    words: str


class DeadLettersOut(Out):
    """The newest first. `count`: of all. `next`: ask for those `before` it; null at the end."""

    items: list[DeadLetterOut]
    count: int
    next: int | None


class OpenedLetterOut(DeadLetterOut):
    """`status`: of the last answer, null where none came. `form`: what the message has, with the kind of each value
    in its place: what it says is its user's."""

    status: int | None
    form: Any

    @staticmethod
    def of_both(one: DeadLetter, body: DeadBody) -> OpenedLetterOut:
        told = DeadLetterOut.model_validate(one).model_dump()
        return OpenedLetterOut(**told, status=body.status, form=body.form)


class LettersIn(In):
    """`ids` null: all that there are."""

    ids: (
        Annotated[
            list[Annotated[str, Field(min_length=1, max_length=64)]],
            Field(min_length=1, max_length=dead.AT_ONCE),
        ]
        | None
    )


class LettersDoneOut(Out):
    """How many it was done to, and how many dead letters there are now."""

    done: int
    left: int


@router.get("", responses=NO)
async def list_dead_letters(
    _operator: Operator,
    db: Db,
    before: Annotated[int | None, Query(ge=1, le=2**62, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeadLettersOut:
    """Messages to users' servers that were given up after a day of tries; never what is in them."""
    found, count = await db.read(
        lambda conn: (dead.page(conn, before=before, limit=limit + 1), dead.count(conn))
    )
    items = [DeadLetterOut.model_validate(one) for one in found[:limit]]
    return DeadLettersOut(items=items, count=count, next=items[-1].number if len(found) > limit else None)


@router.get("/{message_id}", responses=problems(401, 403, 404))
async def get_dead_letter(message_id: str, _operator: Operator, db: Db) -> OpenedLetterOut:
    """One of them, and the form of what it says."""
    found = await db.read(lambda conn: dead.one(conn, message_id))
    if found is None:
        raise not_found("dead letter")
    return OpenedLetterOut.of_both(*found)


@router.post("/replay", responses=NO_CHANGE)
async def replay_dead_letters(
    body: LettersIn, _operator: Operator, _proven: Proven, doer: Acting, db: Db, clock: Now
) -> LettersDoneOut:
    """Send them again, under their old ids; those of a webhook that is off stay, and what is none of them is passed
    over."""
    return await _done(
        db, doer, Action.DEAD_LETTER_REPLAYED, body.ids, lambda conn, ids: dead.replay(conn, ids, clock())
    )


@router.post("/drop", responses=NO_CHANGE)
async def drop_dead_letters(
    body: LettersIn, _operator: Operator, _proven: Proven, doer: Acting, db: Db
) -> LettersDoneOut:
    """Forget them."""
    return await _done(db, doer, Action.DEAD_LETTER_DROPPED, body.ids, dead.drop)


async def _done(
    db: Database,
    doer: Doer,
    action: Action,
    ids: Sequence[str] | None,
    work: Callable[[Connection, Sequence[str]], list[str]],
) -> LettersDoneOut:
    """Some at a time."""

    def some(conn: Connection, part: Sequence[str]) -> int:
        done, now = work(conn, part), doer.clock()
        for one in done:
            audited(conn, user_id=None, actor=doer.actor, action=action, at=now, subject=one)
        return len(done)

    count = 0
    for part in await db.read(lambda conn: dead.parts(conn, ids)):
        count += await db.write(partial(some, part=part), lock=LOCK)
    return LettersDoneOut(done=count, left=await db.read(dead.count))
