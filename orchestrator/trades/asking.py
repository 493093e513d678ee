"""What a caller asks for, checked: his accounts, an instrument under all its names, a range of days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import Query

from domain.account import AccountId, UserId
from domain.instrument import InstrumentId
from orchestrator.accounts.connections import Connections
from orchestrator.errors import Problem, not_found
from orchestrator.instruments.service import Instruments
from orchestrator.trades.repository import Wanted

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

OfAccount = Annotated[str | None, Query(max_length=64, description="One of my accounts; all when left out.")]
OfInstrument = Annotated[
    str | None, Query(max_length=60, description="NSE:INFY; a share also under its other names.")
]
First = Annotated[date | None, Query(alias="from", description="The first IST day.")]
Last = Annotated[date | None, Query(alias="to", description="The last IST day, included.")]


def wanted(
    user_id: UserId,
    *,
    connections: Connections,
    instruments: Instruments,
    account: str | None,
    instrument: str | None,
    first: date | None,
    last: date | None,
) -> Wanted:
    """Raises Problem: 404 for an account that is not the user's, 422 for what cannot be read."""
    if first and last and first > last:
        rule = "the first day is not after the last one"
        raise Problem(422, "invalid_input", rule, field="from", rule=rule)
    names, isin = _names(instrument, instruments)
    return Wanted(
        accounts=[own_account(user_id, account, connections)] if account else [],
        instruments=names,
        isin=isin,
        first=first,
        last=last,
    )


def own_account(user_id: UserId, account: str, connections: Connections) -> AccountId:
    """Raises Problem 404."""
    connection = connections.get(AccountId(account))
    if connection is None or connection.account.user_id != user_id:
        raise not_found("account")
    return connection.account.id


def _names(text: str | None, instruments: Instruments) -> tuple[list[InstrumentId], str | None]:
    if text is None:
        return [], None
    try:
        name = InstrumentId.parse(text)
    except ValueError as error:
        rule = "an instrument is EXCHANGE:SYMBOL"
        raise Problem(422, "invalid_input", str(error), field="instrument", rule=rule) from None
    listed = instruments.get(name)
    return ([*instruments.same_share(listed)], listed.isin) if listed else ([name], None)


def cursor_of(at: datetime, number: int) -> str:
    """The place of a trade in a user's history."""
    return f"{(at - EPOCH) // MICROSECOND}.{number}"


def place_of(cursor: str | None) -> tuple[datetime, int] | None:
    """What `cursor_of` wrote. Raises Problem 422."""
    if cursor is None:
        return None
    at, _, number = cursor.partition(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 18 for part in (at, number)):
        rule = "a cursor is the next_cursor of the page before"
        raise Problem(422, "invalid_input", rule, field="cursor", rule=rule)
    return EPOCH + int(at) * MICROSECOND, int(number)
