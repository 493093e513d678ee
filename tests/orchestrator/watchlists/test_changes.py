"""What users do to their watchlists, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.instrument import InstrumentId
from orchestrator.errors import Problem
from orchestrator.watchlists import changes
from orchestrator.watchlists.repository import Watchlist
from orchestrator.watchlists.schemas import MOST_LISTS, MOST_SYMBOLS

NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def names(text: str) -> list[InstrumentId]:
    return [InstrumentId.parse(f"NSE:{one}") for one in text.split()]


def watchlist(symbols: str = "INFY TCS", **what: object) -> Watchlist:
    plain = {"id": "w1", "name": "Main", "place": 0, "version": 3, "changed_at": NOW}
    return Watchlist(**plain | {"symbols": tuple(names(symbols))} | what)  # type: ignore[arg-type]


def refused(code: str, change: object) -> Problem:
    with pytest.raises(Problem) as refusal:
        change()  # type: ignore[operator]
    assert (refusal.value.status, refusal.value.code) == (409, code)
    return refusal.value


def test_a_new_list_stands_behind_the_others() -> None:
    made = changes.made([watchlist()], "w2", "IT", names("INFY INFY TCS"), NOW)
    assert (made.place, made.version, list(made.symbols)) == (1, 1, names("INFY TCS"))


def test_names_are_taken_whatever_their_case() -> None:
    refused("watchlist_exists", lambda: changes.made([watchlist()], "w2", "MAIN", [], NOW))
    one = watchlist()
    same = changes.changed([one], one, version=3, name="main", symbols=None, now=LATER)
    assert (same.name, same.version) == ("main", 4)


def test_there_are_so_many_lists_and_no_more() -> None:
    lists = [watchlist(id=f"w{number}", name=str(number)) for number in range(MOST_LISTS)]
    refused("too_many_watchlists", lambda: changes.made(lists, "w", "one more", [], NOW))


def test_a_change_of_what_is_no_longer_so_is_refused_with_the_version_that_is() -> None:
    one = watchlist()
    stale = refused(
        "watchlist_changed",
        lambda: changes.changed([one], one, version=2, name=None, symbols=names("TCS"), now=LATER),
    )
    assert stale.body()["version"] == 3


def test_symbols_are_put_in_order_and_count_as_a_change() -> None:
    one = watchlist()
    turned = changes.changed([one], one, version=3, name=None, symbols=names("TCS INFY"), now=LATER)
    assert (list(turned.symbols), turned.version, turned.changed_at) == (names("TCS INFY"), 4, LATER)


def test_adding_what_is_there_changes_nothing() -> None:
    one = watchlist()
    assert changes.with_symbols(one, names("TCS"), LATER) is one
    assert changes.without_symbols(one, names("WIPRO"), LATER) is one
    added = changes.with_symbols(one, names("TCS WIPRO"), LATER)
    assert (list(added.symbols), added.version) == (names("INFY TCS WIPRO"), 4)
    assert list(changes.without_symbols(added, names("INFY"), LATER).symbols) == names("TCS WIPRO")


def test_a_full_list_says_how_much_room_it_has() -> None:
    one = watchlist(" ".join(f"S{number}" for number in range(MOST_SYMBOLS - 1)))
    full = changes.with_symbols(one, names("INFY"), LATER)
    assert len(full.symbols) == MOST_SYMBOLS
    assert refused("watchlist_full", lambda: changes.with_symbols(full, names("TCS"), LATER)).detail == (
        "Main has room for 0 more"
    )
    assert changes.with_symbols(full, names("INFY"), LATER) is full


@pytest.mark.parametrize(("place", "order"), [(0, "cab"), (1, "acb"), (2, "abc"), (40, "abc")])
def test_lists_move_among_each_other(place: int, order: str) -> None:
    lists = [watchlist(id=name, place=number) for number, name in enumerate("abc")]
    assert changes.moved(lists, lists[2], place) == list(order)
