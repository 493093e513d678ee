"""Watchlists over HTTP: many, ordered, each change told to the user's other screens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from sqlalchemy import Connection

from domain.account import UserId
from domain.instrument import InstrumentId
from orchestrator.audit.actions import Action
from orchestrator.bus import Bus, user_topic
from orchestrator.errors import Problem, problems
from orchestrator.identity.access import CurrentUser
from orchestrator.identity.doing import Acting, Doer
from orchestrator.ids import new_id
from orchestrator.instruments.service import Instruments
from orchestrator.market.access import Directory, Market
from orchestrator.market.stocks import found, stock_out
from orchestrator.state import Db, EventBus, Now
from orchestrator.storage.db import Database
from orchestrator.watchlists import changes, repository
from orchestrator.watchlists.repository import Watchlist
from orchestrator.watchlists.schemas import (
    SymbolsIn,
    WatchlistDetail,
    WatchlistIn,
    WatchlistOut,
    WatchlistPatch,
    WatchlistsOut,
)

router = APIRouter(prefix="/v1/watchlists", tags=["watchlists"])


@dataclass(frozen=True, slots=True)
class Done:
    """What a change led to: the list as it is, and whether anything is different."""

    list: Watchlist
    different: bool


@router.get("", responses=problems(401))
async def list_watchlists(user: CurrentUser, db: Db) -> WatchlistsOut:
    """All my watchlists, in my order."""
    lists = await db.read(lambda conn: repository.of_user(conn, user))
    return WatchlistsOut(items=[WatchlistOut.of(one) for one in lists])


@router.post("", status_code=201, responses=problems(401, 409, 422))
async def make_watchlist(
    body: WatchlistIn,
    user: CurrentUser,
    acting: Acting,
    db: Db,
    bus: EventBus,
    clock: Now,
    instruments: Directory,
) -> WatchlistOut:
    """A new list behind the others."""
    symbols, list_id, now = _symbols(body.symbols, instruments), new_id("wls"), clock()

    def work(conn: Connection) -> Done:
        one = changes.made(repository.of_user(conn, user), list_id, body.name, symbols, now)
        repository.add(conn, user, one)
        return Done(one, different=True)

    return await _write(db, bus, acting, work)


@router.get("/{list_id}", responses=problems(401, 404))
async def get_watchlist(
    list_id: str, user: CurrentUser, db: Db, instruments: Directory, hub: Market
) -> WatchlistDetail:
    """One list with the newest price of each instrument."""
    lists = await db.read(lambda conn: repository.of_user(conn, user))
    one = changes.mine(lists, list_id)
    listed = [stock for name in one.symbols if (stock := instruments.get(name)) is not None]
    await hub.prime([stock.id for stock in listed])
    known = {stock.id for stock in listed}
    return WatchlistDetail(
        **dict(WatchlistOut.of(one)),
        items=[stock_out(stock, instruments, hub) for stock in listed],
        unlisted=[str(name) for name in one.symbols if name not in known],
    )


@router.patch("/{list_id}", responses=problems(401, 404, 409, 422))
async def change_watchlist(
    list_id: str,
    body: WatchlistPatch,
    user: CurrentUser,
    acting: Acting,
    db: Db,
    bus: EventBus,
    clock: Now,
    instruments: Directory,
) -> WatchlistOut:
    """Another name, other symbols or another order of them, another place. 409 when it was changed meanwhile."""
    now = clock()

    def work(conn: Connection) -> Done:
        lists = repository.of_user(conn, user)
        one = changes.mine(lists, list_id)
        # What was in the list may stay in it, though no broker lists it any more.
        symbols = None if body.symbols is None else _symbols(body.symbols, instruments, one.symbols)
        new = changes.changed(lists, one, version=body.version, name=body.name, symbols=symbols, now=now)
        repository.save(conn, new)
        if body.place is not None:
            repository.arrange(conn, changes.moved(lists, one, body.place))
        after = changes.mine(repository.of_user(conn, user), list_id)
        return Done(after, different=after != one)

    return await _write(db, bus, acting, work)


@router.delete("/{list_id}", status_code=204, responses=problems(401))
async def remove_watchlist(list_id: str, user: CurrentUser, acting: Acting, db: Db, bus: EventBus) -> None:
    """A list that is gone already is no error."""

    def work(conn: Connection) -> bool:
        lists = repository.of_user(conn, user)
        left = [one.id for one in lists if one.id != list_id]
        if len(left) == len(lists):
            return False
        repository.remove(conn, list_id)
        repository.arrange(conn, left)
        acting.did(conn, Action.WATCHLIST_REMOVED, list_id)
        return True

    if await db.write(work, lock=_lock(user)):
        data = {"id": list_id, "removed": True}
        await bus.publish(user_topic(user), {"type": "watchlist", "data": data})


@router.post("/{list_id}/symbols", responses=problems(401, 404, 409, 422))
async def add_symbols(
    list_id: str,
    body: SymbolsIn,
    user: CurrentUser,
    acting: Acting,
    db: Db,
    bus: EventBus,
    clock: Now,
    instruments: Directory,
) -> WatchlistOut:
    """Add instruments behind the others, whatever the version; those it has stay where they are."""
    symbols, now = _symbols(body.symbols, instruments), clock()
    return await _change(db, bus, acting, list_id, lambda one: changes.with_symbols(one, symbols, now))


@router.delete("/{list_id}/symbols/{symbol}", responses=problems(401, 404, 422))
async def remove_symbol(
    list_id: str, symbol: str, user: CurrentUser, acting: Acting, db: Db, bus: EventBus, clock: Now
) -> WatchlistOut:
    """Remove one, whatever the version; one that it does not have is no error."""
    try:
        name = InstrumentId.parse(symbol)
    except ValueError as error:
        raise Problem(422, "invalid_input", str(error), field="symbol") from error
    now = clock()
    return await _change(db, bus, acting, list_id, lambda one: changes.without_symbols(one, {name}, now))


# --- how ---------------------------------------------------------------------------------------------------------


async def _change(
    db: Database, bus: Bus, acting: Doer, list_id: str, change: Callable[[Watchlist], Watchlist]
) -> WatchlistOut:
    def work(conn: Connection) -> Done:
        one = changes.mine(repository.of_user(conn, acting.user_id), list_id)
        new = change(one)
        repository.save(conn, new)
        return Done(new, different=new != one)

    return await _write(db, bus, acting, work)


async def _write(db: Database, bus: Bus, acting: Doer, work: Callable[[Connection], Done]) -> WatchlistOut:
    """Change, then tell the user's screens; a change that changes nothing is told nobody."""
    user = acting.user_id

    def told(conn: Connection) -> Done:
        done = work(conn)
        if done.different:
            acting.did(conn, Action.WATCHLIST_CHANGED, done.list.id, name=done.list.name)
        return done

    done = await db.write(told, lock=_lock(user))
    shown = WatchlistOut.of(done.list)
    if done.different:
        data = shown.model_dump(mode="json")
        await bus.publish(user_topic(user), {"type": "watchlist", "data": data})
    return shown


def _lock(user: UserId) -> str:
    return f"watchlists:{user}"


def _symbols(
    texts: Sequence[str], instruments: Instruments, known: Sequence[InstrumentId] = ()
) -> list[InstrumentId]:
    """Raises Problem 422 for what no broker lists and is not known."""
    names = []
    for text in texts:
        stock = found(instruments, text)
        name = stock.id if stock else next((one for one in known if str(one) == text.upper()), None)
        if name is None:
            raise Problem(
                422,
                "instrument_unknown",
                f"no broker lists {text}",
                field="symbols",
                rule="an instrument is EXCHANGE:SYMBOL, for example NSE:INFY",
                fix="search it with GET /v1/stocks?q=",
            )
        names.append(name)
    return names
