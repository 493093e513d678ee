"""What the user's orders hold that the accounts' last snapshots cannot know yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.account import AccountId, UserId
from domain.instrument import Exchange, InstrumentId
from domain.money import ZERO, Money
from orchestrator.orders.statements import margins_held, units_held
from orchestrator.storage.columns import EPOCH
from orchestrator.storage.prepared import Question


@dataclass(frozen=True, slots=True)
class Held:
    """What one account's newer orders hold beyond a snapshot: rupees, and units to be delivered by instrument."""

    margin: Money = ZERO
    units: tuple[tuple[InstrumentId, int], ...] = ()

    def sold(self, instruments: Iterable[InstrumentId]) -> int:
        wanted = set(instruments)
        return sum(quantity for instrument, quantity in self.units if instrument in wanted)


def held(
    conn: Connection, user_id: UserId, read_at: dict[AccountId, datetime], *, units: bool = True
) -> dict[AccountId, Held]:
    """What the user's orders hold that each account's last snapshot (begun at `read_at`) cannot know yet.

    Margin: of children not surely answered before the reading began. Units (left out unless asked for): of every
    live delivery sell, because brokers do not take open sells off the holdings, and of newer fills.
    """
    known = _known(user_id, read_at)
    result: dict[AccountId, Held] = {}
    for row in margins_held(len(read_at)).rows(conn, known):
        account = AccountId(row.account_id)
        result[account] = Held(result.get(account, Held()).margin + Money.paise(int(row.paise)))
    if not units:
        return result
    for row in units_held(len(read_at)).rows(conn, known):
        account = AccountId(row.account_id)
        so_far = result.get(account, Held())
        one = (InstrumentId(Exchange(row.exchange), row.symbol), int(row.units))
        result[account] = Held(so_far.margin, (*so_far.units, one))
    return result


def questions(user_id: UserId, read_at: dict[AccountId, datetime], *, units: bool) -> list[Question]:
    """What `held` asks."""
    known = _known(user_id, read_at)
    return [(one(len(read_at)), known) for one in ((margins_held, units_held) if units else (margins_held,))]


def _known(user_id: UserId, read_at: dict[AccountId, datetime]) -> dict[str, object]:
    known: dict[str, object] = {"user": user_id, "oldest": min(read_at.values(), default=EPOCH)}
    for number, (account, began) in enumerate(read_at.items()):
        known |= {f"account_{number}": account, f"began_{number}": began}
    return known
