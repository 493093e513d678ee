"""A kept portfolio is exactly what building it anew gives, whatever was read and heard in whatever order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregation.live import LivePortfolio
from aggregation.portfolio import Line, build
from aggregation.valuation import total
from domain.account import AccountId, BrokerId
from domain.instrument import InstrumentId
from domain.money import Money
from domain.order import Product
from domain.portfolio import AccountSnapshot, Gap, LastPrice, Portfolio
from domain.position import Holding, Position
from tests.aggregation.cases import ISINS, NOW, SHARES, holds, last, price, snapshot, trades

INFY, TCS = InstrumentId.parse("NSE:INFY"), InstrumentId.parse("NSE:TCS")
NAMES = st.sampled_from(sorted(ISINS))
RUPEES = st.integers(1, 500_000).map(lambda paise: f"{paise // 100}.{paise % 100:02}")
SECONDS = st.integers(-60, 600)


@dataclass(frozen=True)
class Gone:
    account: AccountId


Step = AccountSnapshot | tuple[InstrumentId, LastPrice] | Gone


@st.composite
def holding(draw: st.DrawFn) -> Holding:
    return holds(
        draw(NAMES),
        draw(st.integers(0, 3)),
        draw(st.none() | RUPEES),
        last=draw(st.none() | st.sampled_from(["10", "20.05"])),
        close=draw(st.none() | st.sampled_from(["9", "21"])),
    )


@st.composite
def position(draw: st.DrawFn) -> Position:
    return trades(
        draw(NAMES),
        draw(st.sampled_from(Product)),
        bought=(draw(st.integers(0, 3)), draw(RUPEES)),
        sold=(draw(st.integers(0, 3)), draw(RUPEES)),
        overnight=draw(st.sampled_from([0, 0, 2])),
        last=draw(st.none() | st.sampled_from(["10", "20.05"])),
    )


@st.composite
def reading(draw: st.DrawFn) -> AccountSnapshot:
    parts = draw(st.lists(holding() | position(), max_size=4))
    read = snapshot(
        draw(st.sampled_from("zug")),
        *parts,
        cash=draw(RUPEES),
        at=NOW + timedelta(seconds=draw(SECONDS)),
        stale_since=draw(st.none() | st.just(NOW)),
        broker=draw(st.sampled_from(BrokerId)),
    )
    return replace(read, unread=draw(st.sampled_from([(), ("a row",)])))


@st.composite
def tick(draw: st.DrawFn) -> tuple[InstrumentId, LastPrice]:
    at = NOW + timedelta(seconds=draw(SECONDS))
    close = draw(st.none() | st.sampled_from(["9", "21"]))
    return InstrumentId.parse(draw(NAMES)), LastPrice(last(draw(RUPEES)).price, at, price(close))


@st.composite
def read_again(draw: st.DrawFn, steps: Sequence[Step]) -> Step:
    """An earlier reading once more, as most are: the same numbers at another time, maybe at another price."""
    seen = draw(st.sampled_from([one for one in steps if isinstance(one, AccountSnapshot)]))
    said = draw(st.none() | st.sampled_from(["10", "11.15"]))
    held = (
        seen.holdings
        if said is None
        else tuple(replace(one, last_price=price(said)) for one in seen.holdings)
    )
    return replace(seen, holdings=held, as_of=NOW + timedelta(seconds=draw(SECONDS)))


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    steps: list[Step] = [draw(reading())]
    for _ in range(draw(st.integers(0, 12))):
        gone = st.builds(Gone, st.sampled_from("zug").map(AccountId))
        steps.append(draw(st.one_of(reading(), tick(), tick(), read_again(steps), read_again(steps), gone)))
    return steps


def follow(kept: LivePortfolio, step: Step, shares: dict[InstrumentId, str]) -> None:
    match step:
        case AccountSnapshot():
            parts: list[Holding | Position] = [*step.holdings, *step.positions]
            held = {part.instrument for part in parts}
            kept.know({name: shares[name] for name in held})
            kept.take(step)
        case Gone(account):
            kept.drop(account)
        case (name, seen):
            kept.know({name: shares[name]})
            kept.take_price(name, seen)


def lines_of(kept: LivePortfolio) -> dict[object, Line]:
    lines: list[tuple[object, Line]] = [*kept.holdings.lines.items(), *kept.positions.lines.items()]
    return dict(lines)


def anew(kept: LivePortfolio, prices: dict[InstrumentId, LastPrice]) -> Portfolio:
    return build(list(kept.snapshots.values()), prices, isins=SHARES, as_of=NOW)


@settings(max_examples=200, deadline=None)
@given(steps=histories(), looks=st.sets(st.integers(0, 12)), slices=st.integers(1, 3))
def test_any_history_gives_exactly_what_building_anew_gives(
    steps: list[Step], looks: set[int], slices: int
) -> None:
    kept, prices = LivePortfolio(), dict[InstrumentId, LastPrice]()
    for number, step in enumerate(steps):
        follow(kept, step, dict(SHARES))
        if isinstance(step, tuple):
            prices[step[0]] = step[1]
        if number in looks:
            while not kept.settle(slices):
                pass
            assert kept.view(NOW) == anew(kept, prices)
    kept.settle()
    whole = kept.view(NOW)
    assert whole == anew(kept, prices)
    assert kept.totals() == whole.totals
    assert whole.totals.value == total(line.value for line in whole.holdings)


@settings(max_examples=100, deadline=None)
@given(steps=histories(), since=st.integers(0, 12))
def test_what_changed_since_a_version_is_all_that_changed(steps: list[Step], since: int) -> None:
    kept = LivePortfolio()
    for step in steps[:since]:
        follow(kept, step, dict(SHARES))
    kept.settle()
    version = kept.version
    known = lines_of(kept)
    for step in steps[since:]:
        follow(kept, step, dict(SHARES))
        kept.settle()
    changes = kept.changes_since(version)
    now = lines_of(kept)
    known |= {key: now[key] for key in (*changes.holdings, *changes.positions)}
    for key in (*changes.gone_holdings, *changes.gone_positions):
        known.pop(key, None)
    assert known == now


def kept_of(*snapshots: AccountSnapshot) -> LivePortfolio:
    kept = LivePortfolio()
    kept.know(SHARES)
    for one in snapshots:
        kept.take(one)
    kept.settle()
    return kept


def test_a_price_touches_the_lines_of_its_instrument_alone() -> None:
    kept = kept_of(snapshot("z", holds("NSE:INFY", 10, "1400"), holds("NSE:TCS", 1, "3000")))
    version = kept.version
    kept.take_price(INFY, last("1550", "1500"))
    assert kept.holdings.due == 1
    kept.settle()
    assert kept.changes_since(version).holdings == (ISINS["NSE:INFY"],)


def test_a_reading_of_the_same_numbers_prices_nothing_where_a_live_price_counts() -> None:
    read = snapshot("z", holds("NSE:INFY", 10, "1400", last="1549"), holds("NSE:TCS", 1, "3000", last="2999"))
    kept = kept_of(read)
    kept.take_price(INFY, last("1550", "1500"))
    kept.settle()
    version, later = kept.version, NOW + timedelta(seconds=5)
    kept.take(replace(read, as_of=later))
    assert kept.holdings.due == 1  # TCS, whose price is the broker's and as old as the reading
    kept.settle()
    assert kept.changes_since(version).holdings == (ISINS["NSE:TCS"],)
    assert [lot.as_of for line in kept.view(NOW).holdings for lot in line.lots] == [later, later]


def test_another_reading_regroups_its_account_alone() -> None:
    kept = kept_of(snapshot("z", holds("NSE:INFY", 10, "1400")), snapshot("u", holds("NSE:TCS", 1, "3000")))
    kept.take(snapshot("u", holds("NSE:TCS", 2, "3000")))
    assert kept.holdings.due == 1
    kept.take_price(INFY, last("1550", "1500"))
    kept.take_price(TCS, last("3100", "3000"))
    kept.settle()
    assert kept.totals().value == Money.of(15_500 + 6_200)


def test_an_unknown_number_leaves_the_sum_again() -> None:
    kept = kept_of(snapshot("z", holds("NSE:INFY", 10, "1400")))
    assert kept.totals().value is None
    kept.take_price(INFY, last("1550"))
    kept.settle()
    assert kept.totals().value == Money.of(15_500)


def test_a_listing_that_becomes_another_share_needs_a_new_portfolio() -> None:
    kept = kept_of()
    with pytest.raises(ValueError, match="NSE:INFY"):
        kept.know({INFY: "INE000000000"})


def test_totals_name_their_oldest_part_and_who_is_missing_in_them() -> None:
    early, late = NOW - timedelta(minutes=9), NOW - timedelta(minutes=1)
    missing = Gap(AccountId("g"), BrokerId.GROWW, "G", NOW, "needs a login")
    kept = kept_of(
        snapshot("z", holds("NSE:INFY", 10, "1400"), at=late),
        replace(snapshot("u", holds("NSE:TCS", 1, "3000", last="3100"), at=early), unread=("a row",)),
    )
    kept.take_price(INFY, last("1550", "1500"))
    kept.settle()
    totals = kept.totals([missing])
    assert (totals.as_of, totals.priced_as_of) == (early, early)
    assert totals.incomplete == (AccountId("g"), AccountId("u"))
