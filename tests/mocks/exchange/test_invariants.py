"""What must hold after any commands: the invariants of a market, one by one, numbered as in the rule book."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mocks.exchange.book import Book
from mocks.exchange.levels import BookSide, Order
from mocks.exchange.model import Add, Cancel, Event, OrderType, Phase, Rules, Side, Trade
from mocks.exchange.tape import Tape
from tests.mocks.exchange.drive import Driver, drive
from tests.mocks.exchange.flows import OPENINGS, TRADING, long_case, long_cases

Json = dict[str, Any]
Case = tuple[Json, list[Json]]
PLAIN = {"add": 60, "cancel": 6}
LIVE = ("OPEN", "TRIGGER_PENDING")
FAST = settings(max_examples=60, deadline=None)


@dataclass(frozen=True)
class Rank:
    """Where an order stood before a command."""

    order: Order
    stamp: int
    price: int
    filled: int


@dataclass(frozen=True)
class Step:
    """One command: what was before, what it caused, what is there now."""

    index: int
    command: Json
    before: Json
    resting: list[Rank]
    events: list[Event]
    driver: Driver

    @property
    def trades(self) -> list[Trade]:
        return [event for event in self.events if isinstance(event, Trade)]

    def order(self, number: int) -> Order:
        return next(order for order in self.driver.orders if order.number == number)


def resting(side: BookSide) -> list[Order]:
    return [order for level in side.best_levels() for order in level.orders()]


def ranks(book: Book) -> list[Rank]:
    return [
        Rank(order, order.stamp, order.price, order.filled)
        for order in resting(book.bids) + resting(book.asks)
    ]


def steps(case: Case) -> Iterator[Step]:
    config, script = case
    driver = Driver(config)
    for index, command in enumerate(script):
        before, standing, told = driver.result(), ranks(driver.book), len(driver.events)
        before = {**before, "trades": list(before["trades"]), "rejects": list(before["rejects"])}
        driver.play(index, command)
        yield Step(index, command, before, standing, driver.events[told:], driver)


def without_stops(case: Case) -> Case:
    config, script = case
    kept = [command for command in script if command.get("type") not in ("SL", "SL-M")]
    return config, kept


@FAST
@given(long_cases())
def test_1_a_continuous_book_is_never_crossed_or_locked(case: Case) -> None:
    for step in steps(case):
        book = step.driver.book
        if book.phase is Phase.CONTINUOUS:
            assert not book.market_orders
            assert not book.bids.keys or not book.asks.keys or book.bids.best() < book.asks.best()


@FAST
@given(long_cases())
def test_2_filled_open_and_cancelled_make_the_quantity_and_buys_equal_sells(case: Case) -> None:
    driver = drive(*case)
    bought: dict[Any, int] = {}
    sold: dict[Any, int] = {}
    for trade in driver.trades:
        bought[trade["buy"]] = bought.get(trade["buy"], 0) + trade["qty"]
        sold[trade["sell"]] = sold.get(trade["sell"], 0) + trade["qty"]
    assert sum(bought.values()) == sum(sold.values())
    for order in driver.orders:
        id_ = driver.ids[order.number]
        assert order.filled == (bought if order.buy else sold).get(id_, 0)
        assert 0 <= order.filled <= order.quantity
        assert order.open == (order.quantity - order.filled if order.state in LIVE else 0)
        assert (order.state == "COMPLETE") <= (order.filled == order.quantity)


@FAST
@given(long_cases())
def test_3_no_trade_lies_outside_a_limit_or_the_band(case: Case) -> None:
    for step in steps(case):
        band = step.driver.book.instrument.band
        for trade in step.trades:
            buyer, seller = step.order(trade.buy), step.order(trade.sell)
            assert buyer.asked in ("MARKET", "SL-M") or trade.price <= buyer.price
            assert seller.asked in ("MARKET", "SL-M") or trade.price >= seller.price
            in_auction = step.command["op"] in (
                "auction",
                "resume",
                "phase",
            )  # at the previous close, it may be
            after_close = step.driver.book.phase is Phase.POST_CLOSE
            assert band is None or in_auction or after_close or band[0] <= trade.price <= band[1]


@FAST
@given(long_cases({"add": 60, "modify": 20, "cancel": 6}).map(without_stops))
def test_4_no_better_price_is_left_untouched(case: Case) -> None:
    for step in steps(case):
        for trade in step.trades:
            for rank in step.resting:
                if rank.order.level is None or rank.stamp != rank.order.stamp:
                    continue
                if rank.order.buy == (trade.aggressor is Side.BUY):
                    continue
                worse = rank.price <= trade.price if rank.order.buy else rank.price >= trade.price
                assert worse, step.command


@FAST
@given(long_cases({"add": 60, "modify": 20, "cancel": 6}).map(without_stops))
def test_5_no_younger_order_trades_before_an_older_one_at_its_price(case: Case) -> None:
    for step in steps(case):
        stamps = {rank.order.number: rank.stamp for rank in step.resting}
        for trade in step.trades:
            passive = trade.sell if trade.aggressor is Side.BUY else trade.buy
            for rank in step.resting:
                untouched = rank.order.level is not None and rank.filled == rank.order.filled
                same_queue = rank.price == trade.price and rank.order.buy == (trade.aggressor is Side.SELL)
                if untouched and same_queue and rank.stamp == rank.order.stamp:
                    assert rank.stamp > stamps[passive]


@FAST
@given(long_cases())
def test_6_levels_are_sorted_and_their_totals_are_those_of_their_orders(case: Case) -> None:
    for step in steps(case):
        book = step.driver.book
        for side in (book.bids, book.asks):
            assert side.keys == sorted(set(side.keys))
            assert sorted(abs(key) for key in side.keys) == sorted(side.levels)
            for level in side.levels.values():
                queue = level.orders()
                assert (level.total, level.count) == (sum(order.open for order in queue), len(queue))
                assert level.displayed == sum(order.shown for order in queue) <= level.total
                assert all(0 < order.shown <= order.open and order.level is level for order in queue)
                assert all(one.stamp < other.stamp for one, other in pairwise(queue))
            assert side.quantity() == sum(order.open for order in resting(side))


@FAST
@given(long_cases())
def test_7_ioc_never_rests_and_the_end_is_the_end(case: Case) -> None:
    for step in steps(case):
        book = step.driver.book
        assert all(rank.order.validity != "IOC" for rank in ranks(book))
        after = step.driver.result()["orders"]
        for id_, (state, filled) in step.before["orders"].items():
            assert after[id_][1] >= filled
            assert state in LIVE or after[id_] == [state, filled]
        live = {order.number for order in step.driver.orders if order.state in LIVE}
        assert set(book.orders) == live
        assert book.finished == {order.number for order in step.driver.orders} - live


@FAST
@given(long_cases())
def test_8_a_refused_command_changes_nothing(case: Case) -> None:
    for step in steps(case):
        after = step.driver.result()
        if len(after["rejects"]) > len(step.before["rejects"]):
            assert {**after, "rejects": 0} == {**step.before, "rejects": 0}
            assert [(rank.order, rank.stamp) for rank in ranks(step.driver.book)] == [
                (rank.order, rank.stamp) for rank in step.resting
            ]


@FAST
@given(long_cases(), st.sampled_from(["cancel_passive", "cancel_active"]))
def test_9_nobody_trades_with_himself_when_that_is_prevented(case: Case, stp: str) -> None:
    config, script = case
    for step in steps(({**config, "stp": stp}, script)):
        for trade in step.trades:
            buyer, seller = step.order(trade.buy), step.order(trade.sell)
            assert not buyer.client or buyer.client != seller.client


@FAST
@given(long_cases(TRADING))
def test_10_a_stop_waits_exactly_while_no_print_has_reached_it(case: Case) -> None:
    reached: dict[int, bool] = {}
    triggers: dict[int, tuple[int, int]] = {}
    for step in steps(case):
        book = step.driver.book
        prints = [trade.price for trade in step.trades]
        if step.command["op"] == "ltp":
            prints.insert(0, step.command["price"])
        for number, (_, trigger) in triggers.items():
            buy = step.order(number).buy
            reached[number] |= any(price >= trigger if buy else price <= trigger for price in prints)
        pending = {order.number: order for order in step.driver.orders if order.state == "TRIGGER_PENDING"}
        for number, (stamp, _) in triggers.items():
            order = step.order(number)
            if number in pending and order.stamp == stamp:
                assert not reached[number]
            elif number not in pending and order.asked in ("SL", "SL-M") and order.state != "CANCELLED":
                assert reached[number] or order.state == "EXPIRED" or step.command["op"] == "modify"
        triggers = {number: (order.stamp, order.trigger) for number, order in pending.items()}
        reached = dict.fromkeys(triggers, False)
        assert not book.released


@FAST
@given(long_cases(OPENINGS).map(without_stops))
def test_11_an_auction_trades_the_most_at_one_price_and_serves_the_better_first(case: Case) -> None:
    config, script = case
    driver = Driver(config)
    for index, command in enumerate(script):
        book = driver.book
        orders = resting(book.bids) + resting(book.asks) + book.market_orders
        before = [(order, order.open, order.filled, order.price, not order.price) for order in orders]
        told = len(driver.events)
        driver.play(index, command)
        if command["op"] != "auction" or driver.auction is None:
            continue
        prints = [event for event in driver.events[told:] if isinstance(event, Trade)]
        price, volume = driver.auction.price, driver.auction.volume
        assert {trade.price for trade in prints} <= {price}
        assert sum(trade.quantity for trade in prints) == volume
        for point in {limit for _, _, _, limit, market in before if not market}:
            demand = sum(open_ for order, open_, _, p, m in before if order.buy and (m or p >= point))
            supply = sum(open_ for order, open_, _, p, m in before if not order.buy and (m or p <= point))
            assert min(demand, supply) <= volume
        for order, open_, filled, limit, market in before:
            for other, _, before_filled, other_limit, other_market in before:
                if market or other_market or order.buy is not other.buy or not volume:
                    continue
                better = limit > other_limit if order.buy else limit < other_limit
                if better and other.filled > before_filled:
                    assert order.filled - filled == open_


@FAST
@given(long_cases(TRADING), st.integers(1, 40))
def test_12_less_never_costs_the_place_and_more_or_another_price_always_does(case: Case, size: int) -> None:
    driver = drive(*case)
    index = len(case[1])
    for order in resting(driver.book.bids) + resting(driver.book.asks):
        if order.state != "OPEN" or order.level is None or order.disclosed:
            continue
        stamp, total, price = order.stamp, order.quantity, order.price
        change = {"op": "modify", "id": driver.ids[order.number]}
        driver.play(index, {**change, "qty": size})
        if driver.rejects and driver.rejects[-1][0] == index:
            driver.rejects.pop()
        elif order.state == "OPEN":
            assert (order.stamp == stamp) is (size <= total)
            stamp = order.stamp
            driver.play(index, {**change, "price": price + (1 if order.buy else -1)})
            moved = not (driver.rejects and driver.rejects[-1][0] == index)
            assert not moved or order.price == price or order.stamp > stamp


@FAST
@given(long_cases())
def test_14_the_same_commands_give_the_same_events(case: Case) -> None:
    assert drive(*case).events == drive(*case).events


def plain_commands(seed: int, key: str, first: int) -> list[Add | Cancel]:
    """The limit orders and cancels of a case, for a book that shares its tape with others."""
    found: list[Add | Cancel] = []
    numbers: dict[str, int] = {}
    for command in long_case(seed, 60, PLAIN)[1]:
        number = numbers.setdefault(command["id"], first + len(numbers))
        if command["op"] == "cancel":
            found.append(Cancel(key, number))
        else:
            side, price = Side(command["side"]), command.get("price") or 100
            found.append(Add(key, number, side, OrderType.LIMIT, command["qty"], price, client="X"))
    return found


@FAST
@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_15_the_order_of_independent_books_does_not_change_any_of_them(seed: int, draw: Any) -> None:
    listing = Driver({}).book.instrument
    scripts = {"A": plain_commands(seed, "A", 1), "B": plain_commands(seed + 1, "B", 1000)}

    def outcome(turns: list[str]) -> dict[str, list[Any]]:
        tape = Tape()
        books = {key: Book(listing, tape, rules=Rules(), last_price=100) for key in scripts}
        waiting = {key: iter(script) for key, script in scripts.items()}
        seen: dict[str, list[Any]] = {key: [] for key in scripts}
        for key in turns:
            command, tape.out = next(waiting[key]), []
            if isinstance(command, Add):
                books[key].add(command)
            else:
                books[key].cancel(command)
            seen[key] += [
                tuple(event)[3:] if not isinstance(event, Trade) else event[4:] for event in tape.out
            ]
        for key, book in books.items():
            seen[key] += [book.depth(0), book.last_price, book.volume]
        return seen

    turns = [key for key, script in scripts.items() for _ in script]
    mixed = list(turns)
    draw.shuffle(mixed)
    assert outcome(mixed) == outcome(turns)


@FAST
@given(long_cases())
def test_16_numbers_are_unique_and_only_grow(case: Case) -> None:
    driver = drive(*case)
    numbers = [event.seq for event in driver.events]
    assert numbers == sorted(set(numbers))
    trades = [event.trade for event in driver.events if isinstance(event, Trade)]
    assert trades == sorted(set(trades))
    stamps = [order.stamp for order in driver.orders]
    assert len(set(stamps)) == len(stamps)
    assert len({order.number for order in driver.orders}) == len(driver.orders)
