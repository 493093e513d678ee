"""The same input gives the same output: however time is cut, from the journal, and from a snapshot with its tail."""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocks.exchange.__main__ import main
from mocks.exchange.calendar import MINUTE_NS, SECOND_NS, india_ns
from mocks.exchange.catalogue import instruments
from mocks.exchange.model import Accepted, Add, Cancel, Event, Modify, OrderType, Side, Trade, Validity
from mocks.exchange.recovery import apply_lines, listed, opened, replay
from mocks.exchange.sessions import at
from mocks.exchange.snapshot import MAGIC, BadSnapshot, dump, load
from mocks.exchange.venue import Exchange

MONDAY = date(2026, 11, 16)
NAMES = ("NSE:INFY", "BSE:INFY", "NSE:MRF", "NSE:NIFTY 50", "NFO:NIFTY26NOVFUT")
KEYS = ("NSE:INFY", "NSE:MRF", "NFO:NIFTY26NOVFUT")
FEW = [one for one in instruments(MONDAY) if one.key in NAMES]
CLOSES = {one.key: one.prev_close for one in FEW}
LOTS = {one.key: one.lot for one in FEW}
TICKS = {one.key: one.tick for one in FEW}
# Where days are interesting: the opening auction, the middle, the closing auction, the night.
STARTS = ("08:59", "11:00", "15:13", "15:27")

Act = Callable[[Exchange], list[Event]]


@st.composite
def orders(draw: st.DrawFn) -> dict[str, Any]:
    """An order near the close; its number is given when it is sent."""
    key = draw(st.sampled_from(KEYS))
    kind = draw(st.sampled_from([*[OrderType.LIMIT] * 4, OrderType.MARKET, OrderType.SL, OrderType.SL_M]))
    steps = draw(st.integers(-30, 30)) * 10
    price = CLOSES[key] // TICKS[key] * TICKS[key] + steps * TICKS[key]
    return {
        "op": "add", "key": key, "side": draw(st.sampled_from(Side)), "type": kind,
        "quantity": draw(st.integers(1, 40)) * LOTS[key], "price": price if kind in ("LIMIT", "SL") else 0,
        "trigger": price if kind in ("SL", "SL-M") else 0, "client": draw(st.sampled_from(["", "A", "B"])),
        "validity": draw(st.sampled_from([Validity.DAY, Validity.DAY, Validity.IOC, Validity.TTL])),
        "ttl_minutes": 1,
    }  # fmt: skip


others = st.one_of(
    st.fixed_dictionaries({"op": st.just("cancel"), "which": st.integers(0, 20)}),
    st.fixed_dictionaries(
        {"op": st.just("modify"), "which": st.integers(0, 20), "quantity": st.integers(1, 90)}
    ),
    st.fixed_dictionaries(
        {"op": st.just("price"), "key": st.sampled_from(KEYS), "percent": st.integers(-4, 4)}
    ),
    st.fixed_dictionaries({"op": st.just("halt"), "minutes": st.sampled_from([1, 2])}),
    st.just({"op": "resume"}),
    st.fixed_dictionaries({"op": st.just("flow"), "enabled": st.booleans()}),
)
moments = st.integers(0, 150).map(
    lambda tenths: tenths * SECOND_NS // 10 * 20
)  # five minutes, by two seconds
scripts = st.lists(st.tuples(moments, st.one_of(orders(), orders(), orders(), others)), max_size=14).map(
    lambda script: sorted(script, key=lambda entry: entry[0])
)
LENGTH = 5 * MINUTE_NS + 30 * SECOND_NS


class Driver:
    """Plays a script on an exchange; a client's hedge answers prints in the middle of an advance."""

    def __init__(self, start: str, *, flow: bool, journal: io.StringIO | None = None) -> None:
        self.venue = Exchange(
            FEW, seed=5, start_ns=india_ns(MONDAY, at(start)), flow=flow, always_open=False, journal=journal
        )
        self.heard: list[Event] = []
        self.sent: list[Add] = []
        self.hedges = 0
        self.start = self.venue.now
        self.venue.listen(self.heard.append)
        self.venue.listen(self._hedge)
        self.venue.schedule(self.start + 61 * SECOND_NS, self._called)

    def _hedge(self, event: Event) -> None:
        mine = {order.order for order in self.sent}
        if isinstance(event, Trade) and {event.buy, event.sell} & mine and self.hedges < 3:
            self.hedges += 1
            self._send({"op": "add", "key": event.key, "side": Side.SELL, "type": OrderType.LIMIT,
                        "quantity": LOTS[event.key], "price": event.price})  # fmt: skip

    def _called(self) -> None:
        self._send({"op": "add", "key": "NSE:INFY", "side": Side.BUY, "type": OrderType.LIMIT, "quantity": 3,
                    "price": CLOSES["NSE:INFY"]})  # fmt: skip
        self.venue.schedule(self.venue.now, lambda: self.venue.set_flow(True))

    def _send(self, facts: dict[str, Any]) -> None:
        order = Add(order=self.venue.next_order_number(), **{k: v for k, v in facts.items() if k != "op"})
        self.sent.append(order)
        self.venue.submit(order)

    def act(self, step: dict[str, Any]) -> None:
        venue = self.venue
        match step["op"]:
            case "add":
                self._send(step)
            case "cancel" if self.sent:
                order = self.sent[step["which"] % len(self.sent)]
                venue.submit(Cancel(order.key, order.order))
            case "modify" if self.sent:
                order = self.sent[step["which"] % len(self.sent)]
                venue.submit(Modify(order.key, order.order, quantity=step["quantity"] * LOTS[order.key]))
            case "price":
                close = CLOSES[step["key"]]
                tick = TICKS[step["key"]]
                price = close * (100 + step["percent"]) // 100 // tick * tick
                low, high = venue.instruments[step["key"]].band or (0, 0)
                quote = venue.quote(step["key"])
                if max(low, quote.lower_band) <= price <= min(high, quote.upper_band):
                    venue.set_price(step["key"], price)
            case "halt":
                venue.halt(step["minutes"])
            case "resume":
                venue.resume()
            case "flow":
                venue.set_flow(step["enabled"])

    def advance(self, to: int, cuts: list[int]) -> None:
        for cut in sorted({*cuts, *range(self.venue.now, to, 50 * SECOND_NS), to}):
            if self.venue.now < cut <= to:
                self.venue.advance(cut)

    def play(self, script: list[tuple[int, dict[str, Any]]], cuts: list[int]) -> Driver:
        whole = [self.start + cut for cut in cuts]
        for moment, step in script:
            self.advance(self.start + moment, whole)
            self.act(step)
        self.advance(self.start + LENGTH, whole)
        return self

    def state(self) -> list[object]:
        return state(self.venue)


def state(venue: Exchange) -> list[object]:
    found: list[object] = [(venue.now, venue.day)]
    for key in venue.instruments:
        found += [venue.quote(key), venue.session_name(key)]
        found += venue.open_orders(key) if key in KEYS else []
    return found


cuts = st.lists(st.integers(1, LENGTH), max_size=12)


@settings(max_examples=15, deadline=None)
@given(scripts, cuts, st.sampled_from(STARTS), st.booleans())
def test_how_time_is_cut_changes_nothing(
    script: list[tuple[int, dict[str, Any]]], cuts: list[int], start: str, flow: bool
) -> None:
    whole = Driver(start, flow=flow).play(script, [])
    cut = Driver(start, flow=flow).play(script, cuts)
    assert cut.heard == whole.heard
    assert cut.state() == whole.state()


@settings(max_examples=15, deadline=None)
@given(scripts, st.sampled_from(STARTS), st.booleans())
def test_a_journal_replays_to_the_byte(
    script: list[tuple[int, dict[str, Any]]], start: str, flow: bool
) -> None:
    """Invariant 14: replay(log) == live, with inputs that came in the middle of an advance."""
    journal = io.StringIO()
    live = Driver(start, flow=flow, journal=journal).play(script, [])
    again, events = replay(journal.getvalue().splitlines(), FEW)
    assert repr(events) == repr(live.heard)
    assert state(again) == live.state()


@settings(max_examples=15, deadline=None)
@given(scripts, st.integers(0, 14), st.sampled_from(STARTS), st.booleans())
def test_a_snapshot_and_the_tail_are_the_live_exchange(
    script: list[tuple[int, dict[str, Any]]], cut: int, start: str, flow: bool
) -> None:
    """Invariant 14: restore(snapshot) + tail == live, wherever the snapshot was taken."""
    journal = io.StringIO()
    live = Driver(start, flow=flow, journal=journal)
    live.play(script[:cut], [])
    taken = dump(live.venue)
    heard = len(live.heard)
    live.start = live.venue.now
    live.play([(moment // 2, step) for moment, step in script[cut:]], [])
    told: list[Event] = []
    again = load(taken, tail=journal.getvalue().splitlines(), told=lambda _, events: told.extend(events))
    assert sorted(told, key=lambda event: event.seq) == live.heard[heard:]
    assert state(again) == live.state()
    assert again.inputs == live.venue.inputs


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(orders(), st.integers(0, 3)), min_size=2, max_size=14),
    st.randoms(use_true_random=False),
)
def test_permuting_independent_instruments_changes_no_book(
    script: list[tuple[dict[str, Any], int]], luck: Any
) -> None:
    """Invariant 15: what is sent to one book does not change another."""
    plain, shuffled = Driver("11:00", flow=False), Driver("11:00", flow=False)
    lanes = {key: [step for step, _ in script if step["key"] == key] for key in KEYS}
    order = [key for key in KEYS for _ in lanes[key]]
    luck.shuffle(order)
    numbers = {key: iter(range(1000 * place, 1000 * place + 999)) for place, key in enumerate(KEYS, 1)}
    sent = {
        key: [
            Add(order=next(numbers[key]), **{k: v for k, v in step.items() if k != "op"})
            for step in lanes[key]
        ]
        for key in KEYS
    }
    for key in KEYS:
        for command in sent[key]:
            plain.venue.submit(command)
    lists = {key: iter(sent[key]) for key in KEYS}
    for key in order:
        shuffled.venue.submit(next(lists[key]))
    for key in KEYS:
        books = [
            [(found.order, found.filled, found.price, found.state) for found in one.venue.open_orders(key)]
            for one in (plain, shuffled)
        ]
        assert books[0] == books[1]
        assert plain.venue.quote(key).last_price == shuffled.venue.quote(key).last_price


def test_a_snapshot_goes_over_the_night_and_on() -> None:
    journal = io.StringIO()
    live = Driver("15:27", flow=True, journal=journal)
    live.advance(live.start + 5 * MINUTE_NS, [])  # in the middle of the closing auction
    taken = dump(live.venue)
    live.venue.advance(india_ns(date(2026, 11, 17), at("09:14")))
    live.advance(live.venue.now + 2 * MINUTE_NS, [])
    again = load(taken, tail=journal.getvalue().splitlines())
    assert state(again) == live.state()
    assert again.day == date(2026, 11, 17)


def test_a_restored_exchange_goes_on_with_its_journal() -> None:
    first = io.StringIO()
    live = Driver("11:00", flow=True, journal=first)
    live.advance(live.start + MINUTE_NS, [])
    second = io.StringIO()
    again = load(dump(live.venue), journal=second)
    again.advance(again.now + 10 * SECOND_NS)
    line = json.loads(second.getvalue())
    assert line["n"] == live.venue.inputs + 1
    whole, _ = replay((first.getvalue() + second.getvalue()).splitlines(), FEW)
    assert state(whole) == state(again)


def test_a_replay_tells_which_input_caused_what() -> None:
    journal = io.StringIO()
    live = Driver("11:00", flow=True, journal=journal).play([], [])
    lines = [json.loads(text) for text in journal.getvalue().splitlines()]
    rows: list[tuple[int, Event]] = []
    exchange = opened(lines[0], FEW)
    apply_lines(exchange, lines[1:], lambda number, events: rows.extend((number, event) for event in events))
    assert [event for _, event in sorted(rows, key=lambda row: row[1].seq)] == live.heard
    orders = {line["order"]: line["n"] for line in lines if line["op"] == "add"}
    for number, event in rows:
        if isinstance(event, Accepted):
            assert number == orders[event.order]


def test_a_journal_of_the_catalogue_is_lived_through_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sink = io.StringIO()
    listings = [one for one in instruments(MONDAY) if one.key in KEYS]
    venue = Exchange(listings, seed=5, start_ns=india_ns(MONDAY, at("11:00")), journal=sink)
    heard: list[Event] = []
    venue.listen(heard.append)
    venue.submit(Add("NSE:INFY", venue.next_order_number(), Side.BUY, OrderType.MARKET, 5))
    venue.advance(venue.now + 5 * SECOND_NS)
    path = tmp_path / "journal.jsonl"
    path.write_text(sink.getvalue())
    printed = []
    for _ in range(2):
        assert main(["journal", str(path)]) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    rows = [json.loads(line) for line in printed[0].splitlines()]
    assert [row["seq"] for row in rows] == [event.seq for event in heard]
    assert rows[0] == {"in": 2, "event": "Accepted", **heard[0]._asdict()}
    path.write_text("{}")
    assert main(["journal", str(path)]) == 2
    assert "not a journal" in capsys.readouterr().err


def test_the_listings_of_a_journal_are_found_again() -> None:
    sink = io.StringIO()
    Exchange(instruments(MONDAY), seed=1, start_ns=india_ns(MONDAY, at("11:00")), flow=False, journal=sink)
    line = json.loads(sink.getvalue().splitlines()[0])
    assert listed(line) == instruments(MONDAY)


def test_random_closes_are_written_down() -> None:
    journal = io.StringIO()
    Driver("08:59", flow=False, journal=journal)
    remarks = [json.loads(text) for text in journal.getvalue().splitlines() if '"remark"' in text]
    assert {remark["session"] for remark in remarks} == {"pre_open_limit", "closing_auction_limit"}
    assert all(remark["what"] == "random_close" for remark in remarks)


@pytest.mark.parametrize("data", [b"", b"nonsense", MAGIC, MAGIC + b"nonsense", MAGIC + pickle.dumps(print)])
def test_what_is_no_snapshot_is_refused(data: bytes) -> None:
    with pytest.raises(BadSnapshot):
        load(data)


PROGRAM = """
import hashlib
from tests.mocks.exchange.test_recovery import Driver
seen = [Driver(start, flow=True).play([], []) for start in ("08:59", "15:13")]
print(hashlib.sha256(repr([(one.heard, one.state()) for one in seen]).encode()).hexdigest())
"""


def test_hash_randomisation_changes_no_auction() -> None:
    root = Path(__file__).parents[3]
    found = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM], cwd=root, check=True, capture_output=True, text=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
        ).stdout
        for seed in ("1", "77")
    }  # fmt: skip
    assert len(found) == 1


def test_an_input_without_a_place_is_refused() -> None:
    journal = io.StringIO()
    venue = Exchange(FEW, seed=5, start_ns=india_ns(MONDAY, at("11:00")), journal=journal)
    venue.schedule(venue.now + 5, lambda: venue.set_flow(False))
    venue.advance(venue.now + SECOND_NS)
    text = journal.getvalue()
    again, _ = replay(text.splitlines(), FEW)
    assert state(again) == state(venue)
    with pytest.raises(ValueError, match="does not fit"):
        replay(text.replace('"at":0', '"at":900').splitlines(), FEW)


def test_no_snapshot_in_the_middle_of_an_advance() -> None:
    venue = Driver("11:00", flow=False).venue

    def snap() -> None:
        dump(venue)

    venue.schedule(venue.now + 1, snap)
    with pytest.raises(RuntimeError, match="time passes"):
        venue.advance(venue.now + 2)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([], "empty"),
        (['{"n":1,"t":0,"op":"advance","to":1}'], "format"),
        (['{"n":1,"op":"exchange","format":1}'], "format"),
    ],
)
def test_what_is_no_journal_is_refused(lines: list[str], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        replay(lines, FEW)
