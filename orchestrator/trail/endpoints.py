"""What was done in the user's name, over HTTP: a page at a time, and all of it as a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from domain.account import UserId
from domain.calendar import IST
from orchestrator.audit.actions import Action
from orchestrator.errors import Problem, problems
from orchestrator.exports.lines import lines
from orchestrator.identity.access import LoggedIn
from orchestrator.identity.sessions.devices import device
from orchestrator.schemas import in_ist
from orchestrator.state import Db, Now
from orchestrator.storage.db import Database
from orchestrator.trail import repository
from orchestrator.trail.repository import Names, Sought
from orchestrator.trail.schemas import AuditPage, EntryOut

router = APIRouter(prefix="/v1/audit", tags=["audit"])

AT_ONCE = 500  # entries in one reading of the database, and in one piece of a file


class Form(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


async def _sought(
    action: Annotated[
        list[Action] | None, Query(description="Only these; may be given several times.")
    ] = None,
    first: Annotated[date | None, Query(alias="from", description="The first IST day.")] = None,
    last: Annotated[date | None, Query(alias="to", description="The last IST day, included.")] = None,
) -> Sought:
    years = range(2000, 2100)
    if any(day is not None and day.year not in years for day in (first, last)):
        raise Problem(
            422, "invalid_input", "no such day was ever told of", field="from", fix="give 2026-11-23"
        )
    return Sought(tuple(action or ()), first, last)


Wanted = Annotated[Sought, Depends(_sought)]


@router.get("", responses=problems(401, 403))
async def list_audit(
    caller: LoggedIn,
    db: Db,
    sought: Wanted,
    before: Annotated[
        str | None, Query(pattern="^[0-9]{1,18}$", description="`next` of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AuditPage:
    """What was done in my name, by whom and from where; the newest first."""
    older = None if before is None else int(before)
    rows, names = await _read(db, caller.user_id, sought, older, limit)
    return AuditPage(
        items=[EntryOut.of(row, name=_name(row, names), here=caller.session) for row in rows],
        next=str(rows[-1].id) if len(rows) == limit else None,
    )


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses=problems(401, 403)
    | {
        200: {
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "application/jsonl": {"schema": {"type": "string"}},
            }
        }
    },
)
async def export_audit(
    caller: LoggedIn,
    db: Db,
    sought: Wanted,
    clock: Now,
    form: Annotated[Form, Query(alias="format")] = Form.CSV,
) -> StreamingResponse:
    """The same as a file, the newest first: CSV for a spreadsheet, or JSON lines with everything."""
    day = clock().astimezone(IST).date().isoformat()
    headers = {
        "Content-Disposition": f'attachment; filename="audit-{day}.{form.value}"',
        "Cache-Control": "no-store",
    }
    media = "text/csv; charset=utf-8" if form is Form.CSV else "application/jsonl"
    return StreamingResponse(_pieces(db, caller.user_id, sought, form), media_type=media, headers=headers)


HEADINGS = ("at", "action", "by", "through", "address", "subject", "detail", "position", "hash")


async def _pieces(db: Database, user_id: UserId, sought: Sought, form: Form) -> AsyncIterator[str]:
    if form is Form.CSV:
        yield lines([HEADINGS])
    before: int | None = None
    while True:
        rows, names = await _read(db, user_id, sought, before, AT_ONCE)
        if rows:
            yield _csv(rows, names) if form is Form.CSV else _jsonl(rows, names)
        if len(rows) < AT_ONCE:
            return
        before = rows[-1].id


def _csv(rows: Sequence[Any], names: Names) -> str:
    return lines(
        (
            in_ist(row.at),
            row.action,
            f"{row.actor_kind} {row.actor if row.actor_kind in ('program', 'command') else ''}".strip(),
            _name(row, names) or row.through,
            row.address or "",
            row.subject,
            " ".join(f"{name}={text}" for name, text in orjson.loads(row.detail or "{}").items()),
            row.position,
            row.hash or "",
        )
        for row in rows
    )


def _jsonl(rows: Sequence[Any], names: Names) -> str:
    told = (EntryOut.of(row, name=_name(row, names), here=None).model_dump_json() for row in rows)
    return "".join(f"{line}\n" for line in told)


async def _read(
    db: Database, user_id: UserId, sought: Sought, before: int | None, limit: int
) -> tuple[Sequence[Any], Names]:
    def look(conn: Any) -> tuple[Sequence[Any], Names]:
        rows = repository.page(conn, user_id, sought, before=before, limit=limit)
        return rows, repository.names(conn, user_id, rows)

    rows, names = await db.read(look)
    agents = set(names.agents.values())
    known = await asyncio.to_thread(lambda: {agent: device(agent) for agent in agents})
    return rows, Names({login: known[agent] for login, agent in names.agents.items()}, names.tokens)


def _name(row: Any, names: Names) -> str | None:
    """What a person calls the login or the token."""
    return names.agents.get(row.through) or names.tokens.get(row.through)
