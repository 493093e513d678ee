"""What one agrees to, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.errors import problems
from orchestrator.identity.access import CurrentBearer
from orchestrator.identity.consent import documents
from orchestrator.identity.consent.schemas import (
    ConsentOut,
    ConsentsIn,
    ConsentsOut,
    DocumentOut,
    DocumentsOut,
)
from orchestrator.identity.doing import Acting
from orchestrator.state import Db, Now

router = APIRouter(prefix="/v1/users", tags=["identity"])


@router.get("/documents")
async def list_documents(db: Db) -> DocumentsOut:
    """What users of this installation agree to; empty where nobody is asked for anything."""
    return DocumentsOut(items=[DocumentOut.of(one) for one in await db.read(documents.in_force)])


@router.get("/me/consents", responses=problems(401))
async def list_consents(login: CurrentBearer, db: Db) -> ConsentsOut:
    """What I have agreed to, and what I am asked to agree to now."""
    return await db.read(lambda conn: _shown(conn, login.user_id))


@router.post("/me/consents", responses=problems(401, 409))
async def give_consents(
    body: ConsentsIn, login: CurrentBearer, doer: Acting, db: Db, clock: Now
) -> ConsentsOut:
    """Agree to the versions that I have seen. Again: the first time stays."""
    agreed = [one.agreed() for one in body.agreed]

    def work(conn: Connection) -> ConsentsOut:
        documents.give(conn, login.user_id, agreed, actor=doer.actor, now=clock())
        return _shown(conn, login.user_id)

    return await db.write(work)


def _shown(conn: Connection, user_id: UserId) -> ConsentsOut:
    return ConsentsOut(
        needed=[DocumentOut.of(one) for one in documents.needed(conn, user_id)],
        given=[ConsentOut.of(one) for one in documents.given(conn, user_id)],
    )
