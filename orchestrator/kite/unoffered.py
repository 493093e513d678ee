"""Calls of Kite's that have no counterpart here: each says so in words."""

from __future__ import annotations

from typing import NoReturn

from fastapi import APIRouter

from orchestrator.errors import Problem
from orchestrator.kite.door import Reader

router = APIRouter(prefix="/kite", include_in_schema=False)

ALL = ["GET", "POST", "PUT", "DELETE"]
FUNDS = "Virtual Kite has no mutual funds: they are at the fund houses, not at the exchanges."
COVER = "Virtual Kite has no cover orders, and so no range for their triggers."


def _not_offered(text: str) -> NoReturn:
    raise Problem(404, "not_offered", text)


@router.api_route("/mf/{call:path}", methods=ALL)
async def mutual_funds(call: str, caller: Reader) -> None:
    _not_offered(FUNDS)


@router.get("/instruments/trigger_range/{side}")
async def trigger_range(side: str, caller: Reader) -> None:
    _not_offered(COVER)
