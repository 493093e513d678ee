"""What users do to their watchlists. Pure: rows in, rows out; a change that means nothing changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from domain.instrument import InstrumentId
from orchestrator.errors import Problem, not_found
from orchestrator.watchlists.repository import Watchlist
from orchestrator.watchlists.schemas import MOST_LISTS, MOST_SYMBOLS


def made(
    lists: Sequence[Watchlist], list_id: str, name: str, symbols: Sequence[InstrumentId], now: datetime
) -> Watchlist:
    """A new one behind the others. Raises Problem 409 for one too many or a name that is taken."""
    if len(lists) >= MOST_LISTS:
        rule = f"at most {MOST_LISTS} watchlists"
        raise Problem(409, "too_many_watchlists", rule, rule=rule, fix="remove one")
    _free(lists, name, None)
    return Watchlist(list_id, name, len(lists), 1, tuple(dict.fromkeys(symbols)), now)


def mine(lists: Sequence[Watchlist], list_id: str) -> Watchlist:
    """Raises Problem 404."""
    for one in lists:
        if one.id == list_id:
            return one
    raise not_found("watchlist")


def changed(
    lists: Sequence[Watchlist],
    one: Watchlist,
    *,
    version: int,
    name: str | None,
    symbols: Sequence[InstrumentId] | None,
    now: datetime,
) -> Watchlist:
    """With another name or other symbols. Raises Problem 409 when it was changed since `version`."""
    if version != one.version:
        raise Problem(
            409,
            "watchlist_changed",
            f"the watchlist is at version {one.version}, you changed version {version}",
            field="version",
            fix="read it again, and make your change to what it is now",
            version=one.version,
        )
    if name is not None:
        _free(lists, name, one.id)
    new = replace(
        one,
        name=one.name if name is None else name,
        symbols=one.symbols if symbols is None else tuple(dict.fromkeys(symbols)),
    )
    return _counted(one, new, now)


def with_symbols(one: Watchlist, symbols: Sequence[InstrumentId], now: datetime) -> Watchlist:
    """With these behind the others; those it has stay where they are. Raises Problem 409 when they do not fit."""
    whole = tuple(dict.fromkeys([*one.symbols, *symbols]))
    if len(whole) > MOST_SYMBOLS:
        rule = f"at most {MOST_SYMBOLS} instruments in a watchlist"
        raise Problem(
            409,
            "watchlist_full",
            f"{one.name} has room for {MOST_SYMBOLS - len(one.symbols)} more",
            field="symbols",
            rule=rule,
            fix="remove some, or begin another list",
        )
    return _counted(one, replace(one, symbols=whole), now)


def without_symbols(one: Watchlist, symbols: Collection[InstrumentId], now: datetime) -> Watchlist:
    left = tuple(name for name in one.symbols if name not in symbols)
    return _counted(one, replace(one, symbols=left), now)


def moved(lists: Sequence[Watchlist], one: Watchlist, place: int) -> list[str]:
    """The ids of all lists in their new order; a place behind the last one is the last."""
    ids = [each.id for each in lists if each.id != one.id]
    ids.insert(place, one.id)
    return ids


def _counted(old: Watchlist, new: Watchlist, now: datetime) -> Watchlist:
    return old if new == old else replace(new, version=old.version + 1, changed_at=now)


def _free(lists: Sequence[Watchlist], name: str, own: str | None) -> None:
    if any(one.name.casefold() == name.casefold() and one.id != own for one in lists):
        raise Problem(
            409,
            "watchlist_exists",
            f"you have a watchlist called {name}",
            field="name",
            fix="choose another name",
        )
