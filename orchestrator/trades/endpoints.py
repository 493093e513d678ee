"""The history of trades: listed, and filled from files of before the connection."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.datastructures import UploadFile

from orchestrator.accounts.access import Live
from orchestrator.errors import Problem, problems
from orchestrator.identity.access import CurrentUser
from orchestrator.identity.doing import Acting
from orchestrator.market.access import Directory
from orchestrator.state import Db
from orchestrator.trades import repository
from orchestrator.trades.asking import (
    First,
    Last,
    OfAccount,
    OfInstrument,
    cursor_of,
    own_account,
    place_of,
    wanted,
)
from orchestrator.trades.importing import bring_in
from orchestrator.trades.schemas import ImportOut, TradeOut, TradesOut
from orchestrator.trades.tradebook import Unusable

router = APIRouter(prefix="/v1/trades", tags=["trades"])


@router.get("", responses=problems(401, 404))
async def list_trades(
    user_id: CurrentUser,
    db: Db,
    connections: Live,
    instruments: Directory,
    account: OfAccount = None,
    instrument: OfInstrument = None,
    first: First = None,
    last: Last = None,
    cursor: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> TradesOut:
    """Every trade that is known of my accounts, newest first: own fills, orders placed elsewhere, imported files.

    `cursor` is the `next_cursor` of the page before.
    """
    asked = wanted(
        user_id,
        connections=connections,
        instruments=instruments,
        account=account,
        instrument=instrument,
        first=first,
        last=last,
    )
    before = place_of(cursor)
    found = await db.read(lambda conn: repository.page(conn, user_id, asked, before=before, limit=limit + 1))
    shown = found[:limit]
    more = len(found) > limit
    return TradesOut(
        items=[TradeOut.of(one.trade) for one in shown],
        next_cursor=cursor_of(shown[-1].trade.at, shown[-1].id) if more else None,
    )


_TEXT = {"schema": {"type": "string"}}
_FORM = {"schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}}
_FILE = {"requestBody": {"required": True, "content": {"text/csv": _TEXT, "multipart/form-data": _FORM}}}


@router.post("/import", responses=problems(401, 404, 413), openapi_extra=_FILE)
async def import_trades(
    request: Request,
    user_id: CurrentUser,
    acting: Acting,
    db: Db,
    connections: Live,
    instruments: Directory,
    account: Annotated[str, Query(max_length=64, description="The account whose tradebook this is.")],
    commit: Annotated[
        bool, Query(description="Keep the new trades; else only say what the file has.")
    ] = False,
) -> ImportOut:
    """Past trades from a broker's tradebook (CSV of Zerodha Console, Upstox or Groww): all of the file or nothing.

    Rows that are known already, from a file or from orders of here, change nothing.
    """
    mine = own_account(user_id, account, connections)
    try:
        report = await bring_in(
            db,
            instruments,
            doer=acting,
            account=mine,
            data=await _file(request),
            commit=commit,
        )
    except Unusable as error:
        rule = "the file is a tradebook in CSV"
        raise Problem(422, "file_unusable", str(error), field="file", rule=rule) from None
    shown = ImportOut.model_validate(report)
    if commit and report.refused_count:
        first = report.refused[0]
        raise Problem(
            422,
            "rows_refused",
            f"line {first.line}, {first.column}: {first.rule}",
            field="file",
            rule=f"{report.refused_count} rows break a rule, and a file is taken whole or not at all",
            report=shown.model_dump(mode="json"),
        )
    return shown


async def _file(request: Request) -> bytes:
    """The body, or the first file of a form."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form(max_files=1, max_fields=10) as form:
        for part in form.values():
            if isinstance(part, UploadFile):
                return await part.read()
    return b""
