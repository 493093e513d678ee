"""The compact list and its search against the plainest form of both, on brokers that call everything differently."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.instruments import market
from domain.account import BrokerId
from domain.instrument import Exchange, Instrument
from orchestrator.instruments.columns import Columns
from orchestrator.instruments.search import KIND_ORDER, KIND_WORDS, Search
from tests.orchestrator.instruments.masters import GROWW, UPSTOX, ZERODHA, joined

BREAKS = re.compile(r"[^a-z0-9&.]+")
LISTS = {
    broker: [*rows, *market(1500, broker)]
    for broker, rows in ((BrokerId.ZERODHA, ZERODHA), (BrokerId.UPSTOX, UPSTOX), (BrokerId.GROWW, GROWW))
}
ALL = joined(LISTS)
SEARCH = Search(ALL.instruments)
EVERY = list(ALL.instruments.values())


def _words(one: Instrument) -> Iterator[str]:
    symbol = one.id.symbol.lower()
    yield from (symbol, f"{one.id.exchange}:{symbol}".lower(), one.id.exchange.lower(), *KIND_WORDS[one.kind])
    for text in (symbol, one.name.lower(), (one.underlying or "").lower()):
        yield from filter(None, BREAKS.split(text))
    if one.expiry is not None:
        yield from f"{one.expiry:%d%b %b %Y}".lower().split()
    if one.strike is not None:
        yield f"{one.strike.amount.normalize():f}"
    if one.isin is not None:
        yield one.isin.lower()


WORDS = {one.id: set(_words(one)) for one in EVERY}
SOME = sorted({word for words in WORDS.values() for word in words})


def _has(one: Instrument, wanted: list[str]) -> bool:
    return all(any(word.startswith(start) for word in WORDS[one.id]) for start in wanted)


def _rank(one: Instrument, wanted: list[str]) -> int:
    if one.id.symbol.lower() == " ".join(wanted):
        return 0
    if not all(start in WORDS[one.id] for start in wanted):
        return 3
    contract = one.expiry is not None
    return 2 if wanted and contract and not one.id.symbol.lower().startswith(wanted[0]) else 1


def _plainly(query: str, exchange: Exchange | None) -> list[Instrument]:
    wanted = query.lower().split()
    found = [one for one in EVERY if _has(one, wanted)]
    if wanted and not found:
        pieces = [piece for word in wanted for piece in BREAKS.split(word) if piece]
        found = [one for one in EVERY if pieces and _has(one, pieces)]
    found = [one for one in found if exchange in (None, one.id.exchange)]
    key = {one.id: _importance(one) for one in found}
    return sorted(found, key=lambda one: (_rank(one, wanted), key[one.id]))


def _importance(one: Instrument) -> tuple[object, ...]:
    far = one.expiry is None
    main = one.id.exchange in (Exchange.NSE, Exchange.NFO)
    return KIND_ORDER.index(one.kind), far, one.expiry, not main, one.id.symbol, one.id.exchange


@given(
    words=st.lists(
        st.one_of(
            st.sampled_from(SOME),
            st.tuples(st.sampled_from(SOME), st.integers(1, 6)).map(lambda cut: cut[0][: cut[1]]),
            st.sampled_from(["nse:", "nfo:u1", "bse:s1", ":", "nothing", "s1-s2", "-"]),
        ),
        max_size=3,
    ),
    exchange=st.sampled_from([None, Exchange.NSE, Exchange.BSE, Exchange.NFO]),
)
def test_search_finds_what_its_definition_says(words: list[str], exchange: Exchange | None) -> None:
    query = " ".join(words)
    expected = _plainly(query, exchange)
    found, count = SEARCH.find(query, exchange=exchange, limit=len(EVERY))
    assert count == len(expected)
    assert [str(one.id) for one in found] == [str(one.id) for one in expected]


def test_every_row_of_every_broker_is_found_by_its_keys() -> None:
    for broker, rows in LISTS.items():
        names = ALL.names[broker]
        for row in rows:
            name = names.by_order_key(row.instrument.id.exchange, row.order_key)
            assert name is not None
            assert name == names.by_feed_key(row.feed_key)
            listing = names.listing(name)
            assert listing is not None
            assert (listing.order_key, listing.feed_key) == (row.order_key, row.feed_key)
            assert listing.instrument is ALL.instruments[name]
            assert broker in ALL.brokers(name)


def test_packing_keeps_every_row() -> None:
    for rows in LISTS.values():
        assert Columns.unpack(Columns.of(rows).pack()).listings() == rows
