"""The portfolio in JSON, line by line: a line is written once for each time it changes, and an answer joins what is
written. What a line says is decided in `schemas` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from pydantic import BaseModel

from domain.account import AccountId
from domain.money import Money, Price
from orchestrator.portfolio.schemas import HoldingOut, PositionOut
from orchestrator.schemas import in_ist

OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
Ages = Mapping[AccountId, bytes]  # when each account was read, as text


@dataclass(frozen=True, slots=True)
class Written:
    """A line, but for the times its accounts were read: those come between `pieces`."""

    pieces: tuple[bytes, ...]
    accounts: tuple[AccountId, ...]


def text(value: object) -> bytes:
    """Anything of `schemas`, exactly as pydantic would write it."""
    return orjson.dumps(value, default=_plain, option=OPTIONS)


def written(line: HoldingOut | PositionOut) -> Written:
    row = dict(line.__dict__)
    lots = row.pop("lots")
    pieces, accounts, begun = [], [], text(row)[:-1] + b',"lots":['
    for lot in lots:
        told = dict(lot.__dict__)
        del told["as_of"]
        pieces.append(begun + text(told)[:-1] + b',"as_of":"')
        accounts.append(AccountId(lot.account))
        begun = b'"},'
    return Written((*pieces, begun.rstrip(b",") + b"]}"), tuple(accounts))


def dated(line: Written, ages: Ages) -> bytes:
    """The line whole."""
    pieces: list[bytes] = []
    for piece, account in zip(line.pieces, line.accounts, strict=False):
        pieces += (piece, ages[account])
    return b"".join((*pieces, line.pieces[-1]))


def listed(lines: Iterable[bytes]) -> bytes:
    """A JSON list of the lines."""
    return b"[%s]" % b",".join(lines)


def joined(parts: Mapping[str, bytes]) -> bytes:
    """A JSON object of what is written already."""
    return b"{%s}" % b",".join(b'"%s":%s' % (name.encode(), value) for name, value in parts.items())


def outs(rows: Sequence[BaseModel]) -> bytes:
    return text(list(rows))


def _plain(value: Any) -> Any:
    if isinstance(value, Money | Price):
        return str(value)
    if isinstance(value, datetime):
        return in_ist(value)
    if isinstance(value, BaseModel):
        return value.__dict__
    raise TypeError(f"no form on the wire: {type(value).__name__}")
