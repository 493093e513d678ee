"""What must hold after any commands: against a naive book, and the invariants of a market one by one."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mocks.exchange.replay import Player, run
from tests.mocks.exchange.naive import NaiveBook

IDS = [f"o{n}" for n in range(14)]
PRICES = st.integers(95, 105)
SIZES = st.integers(1, 30)
Json = dict[str, Any]


@st.composite
def orders(draw: st.DrawFn) -> Json:
    kind = draw(st.sampled_from(["LIMIT", "LIMIT", "LIMIT", "LIMIT", "MARKET", "SL", "SL-M"]))
    command: Json = {
        "op": "add", "id": draw(st.sampled_from(IDS)), "side": draw(st.sampled_from("BS")), "type": kind,
        "qty": draw(SIZES), "client": draw(st.sampled_from(["", "X", "Y"])),
    }  # fmt: skip
    if kind in ("LIMIT", "SL"):
        command["price"] = draw(PRICES)
    if kind in ("SL", "SL-M"):
        command["trigger"] = draw(PRICES)
    command["validity"] = draw(st.sampled_from(["DAY", "DAY", "DAY", "IOC"]))
    if draw(st.integers(0, 3)) == 0:
        command["disclosed"] = draw(st.integers(1, 10))
    return command


changes = st.fixed_dictionaries(
    {"op": st.just("modify"), "id": st.sampled_from(IDS)}, optional={"qty": SIZES, "price": PRICES}
)
cancels = st.fixed_dictionaries({"op": st.just("cancel"), "id": st.sampled_from(IDS)})
scripts = st.lists(st.one_of(orders(), orders(), changes, cancels), min_size=1, max_size=40)
stps = st.sampled_from(["none", "cancel_passive", "cancel_active"])


@settings(max_examples=200, deadline=None)
@given(scripts, stps)
def test_the_fast_book_equals_the_naive_one(script: list[Json], stp: str) -> None:
    naive = NaiveBook(stp, 100)
    for command in script:
        naive.play(command)
    found = run({"config": {"stp": stp, "ltp": 100}, "commands": script})
    expected = naive.result()
    assert {name: found[name] for name in expected} == expected


@settings(max_examples=60, deadline=None)
@given(scripts, stps)
def test_every_command_leaves_a_sound_book(script: list[Json], stp: str) -> None:
    player = Player({"stp": stp, "ltp": 100, "band": [96, 104]})
    book = player.book
    clients = {}
    for index, command in enumerate(script):
        before = player.result()
        refused = len(player.rejects)
        player.play(index, command)
        after = player.result()
        if len(player.rejects) > refused:  # R9: a refused command changes nothing
            assert {**after, "rejects": 0} == {**before, "rejects": 0}
        elif command["op"] == "add":
            clients[command["id"]] = command["client"]
        bid, ask = book.bids.best(), book.asks.best()
        assert not bid or not ask or bid < ask
        for side in (book.bids, book.asks):
            assert side.keys == sorted(side.keys)
            assert sorted(abs(key) for key in side.keys) == sorted(side.levels)
            for level in side.levels.values():
                queue = level.orders()
                assert (level.total, level.count) == (sum(order.open for order in queue), len(queue))
                assert level.displayed == sum(order.shown for order in queue) <= level.total
                assert all(0 < order.shown <= order.open for order in queue)
                assert [order.stamp for order in queue] == sorted({order.stamp for order in queue})
        for id_, (state, filled) in before["orders"].items():  # the end is the end, fills never shrink
            assert after["orders"][id_][1] >= filled
            if state not in ("OPEN", "TRIGGER_PENDING"):
                assert after["orders"][id_] == [state, filled]
    sold_and_bought = sum(filled for _, filled in player.result()["orders"].values())
    assert sold_and_bought == 2 * sum(trade["qty"] for trade in player.trades)
    assert all(96 <= trade["price"] <= 104 for trade in player.trades)
    if stp != "none":
        for trade in player.trades:
            assert not clients[trade["buy"]] or clients[trade["buy"]] != clients[trade["sell"]]
