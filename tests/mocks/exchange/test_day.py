"""A trading day as it passes: auctions, closes, halts, sliding bands, expiries, and what is told about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from mocks.exchange.bands import operating_range
from mocks.exchange.calendar import MINUTE_NS, SECOND_NS, Calendar, india_date, india_ns
from mocks.exchange.catalogue import instruments
from mocks.exchange.halts import halt_minutes
from mocks.exchange.history import IST
from mocks.exchange.model import (
    Add,
    DayRolled,
    Ended,
    Event,
    Instrument,
    Kind,
    Modify,
    OrderType,
    Phase,
    Rejected,
    Side,
    Trade,
)
from mocks.exchange.sessions import Group, at, group_of
from mocks.exchange.venue import Exchange

MONDAY = date(2026, 11, 16)
TUESDAY = date(2026, 11, 17)
INFY, MRF, FUTURE = "NSE:INFY", "NSE:MRF", "NFO:NIFTY26NOVFUT"
NAMES = (INFY, "BSE:INFY", MRF, "NSE:HDFCBANK", "NSE:NIFTY 50", FUTURE)
LISTED = instruments(MONDAY)
FEW = [one for one in LISTED if one.key in NAMES]
INFY_CLOSE = next(one.prev_close for one in FEW if one.key == INFY)
MRF_CLOSE = next(one.prev_close for one in FEW if one.key == MRF)


def exchange(day: date, time: str, *, flow: bool = False, always_open: bool = False) -> Exchange:
    listed = [replace(one, expiry="2026-11-24") if one.expiry else one for one in FEW]
    return Exchange(listed, seed=7, start_ns=india_ns(day, at(time)), flow=flow, always_open=always_open)


def until(venue: Exchange, time: str, day: date | None = None) -> list[Event]:
    """Everything told up to a time of the day, in steps of a minute: a pause is no jump."""
    events: list[Event] = []
    end = india_ns(day or india_date(venue.now), at(time))
    while venue.now < end:
        events += venue.advance(min(venue.now + MINUTE_NS, end))
    return events


def place(
    venue: Exchange,
    side: Side,
    quantity: int,
    price: int = 0,
    key: str = INFY,
    client: str = "",
    **terms: object,
) -> tuple[int, list[Event]]:
    number = venue.next_order_number()
    kind = OrderType.LIMIT if price else OrderType.MARKET
    terms = {"type": kind, **terms}
    return number, venue.submit(
        Add(key, number, side, quantity=quantity, price=price, client=client, **terms)  # type: ignore[arg-type]
    )


def trades(events: list[Event]) -> list[tuple[int, int]]:
    return [(event.price, event.quantity) for event in events if isinstance(event, Trade)]


def reasons(events: list[Event]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Rejected)]


# Sessions by date --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "time", "key", "session"),
    [
        # before the futures' pre-open
        ("2025-12-05", "09:03", INFY, "pre_open"),
        ("2025-12-05", "09:03", FUTURE, "closed"),
        ("2025-12-05", "15:29", INFY, "continuous"),
        ("2025-12-05", "15:45", INFY, "post_close"),
        # with it
        ("2025-12-08", "09:03", FUTURE, "continuous"),
        # with the closing auction
        ("2026-08-03", "15:14", INFY, "continuous"),
        ("2026-08-03", "15:16", INFY, "closing_reference"),
        ("2026-08-03", "15:22", INFY, "closing_auction"),
        ("2026-08-03", "15:26", INFY, "closing_auction_limit"),
        ("2026-08-03", "15:32", INFY, "closing_matching"),
        ("2026-08-03", "15:22", MRF, "continuous"),
        ("2026-08-03", "15:39", FUTURE, "continuous"),
        ("2026-08-03", "15:45", INFY, "closed"),
        ("2026-08-03", "15:55", INFY, "post_close"),
        ("2026-08-03", "09:06", INFY, "pre_open"),
        # with the new pre-open
        ("2026-09-07", "09:04", INFY, "pre_open"),
        ("2026-09-07", "09:06", INFY, "pre_open_limit"),
        ("2026-09-07", "09:11", INFY, "pre_open_matching"),
        ("2026-09-07", "09:13", INFY, "buffer"),
        # a Muhurat session on a Sunday, a holiday, a Saturday
        ("2026-11-08", "18:30", INFY, "continuous"),
        ("2026-11-08", "10:00", INFY, "closed"),
        ("2026-11-24", "12:00", INFY, "closed"),
        ("2026-11-21", "12:00", INFY, "closed"),
    ],
)
def test_the_date_chooses_the_hours(day: str, time: str, key: str, session: str) -> None:
    when = date.fromisoformat(day)
    listing = next(one for one in FEW if one.key == key)
    if listing.expiry:
        listing = replace(listing, expiry=(when + timedelta(days=3)).isoformat())
    if session == "continuous" and key == FUTURE and time == "09:03":
        session = "pre_open"
    calendar = Calendar()
    assert calendar.session_at(india_ns(when, at(time)), group_of(listing, when)).name == session
    venue = Exchange([listing], seed=1, start_ns=india_ns(when, at(time)), flow=False, always_open=False)
    assert venue.session_name(key) == session


def test_only_near_futures_open_by_an_auction() -> None:
    def contract(kind: Kind, expiry: str) -> Instrument:
        return replace(next(one for one in LISTED if one.key == FUTURE), kind=kind, expiry=expiry)

    assert group_of(contract(Kind.FUTURE, "2026-11-23"), MONDAY) is Group.NEAR_FUTURES
    assert group_of(contract(Kind.FUTURE, "2026-12-29"), MONDAY) is Group.CONTRACTS
    assert group_of(contract(Kind.FUTURE, "2026-12-29"), date(2026, 11, 26)) is Group.NEAR_FUTURES
    assert group_of(contract(Kind.CALL, "2026-11-23"), MONDAY) is Group.CONTRACTS


# The opening auction -----------------------------------------------------------------------------------------


def test_the_pre_open_finds_one_price_and_hands_its_rest_over() -> None:
    venue = exchange(MONDAY, "08:59")
    assert reasons(place(venue, Side.BUY, 1, INFY_CLOSE)[1]) == ["closed"]
    until(venue, "09:01")
    high, low = INFY_CLOSE + 1000, INFY_CLOSE - 1000
    place(venue, Side.BUY, 100, high, client="A")
    place(venue, Side.SELL, 60, low, client="B")
    late, _ = place(venue, Side.BUY, 30, client="C")
    until(venue, "09:02")
    quote = venue.quote(INFY)
    assert (quote.indicative_quantity, quote.reference_price) == (60, INFY_CLOSE)
    until(venue, "09:06")
    assert reasons(place(venue, Side.BUY, 1)[1]) == ["phase"]
    events = until(venue, "09:11")
    assert sum(quantity for _, quantity in trades(events)) == 60
    assert len({price for price, _ in trades(events)}) == 1
    first = next(event for event in events if isinstance(event, Trade))
    assert first.buy == late  # market orders go first since 7 September 2026
    assert reasons(place(venue, Side.BUY, 1, low)[1]) == ["phase"]
    assert venue.quote(INFY).open == first.price
    until(venue, "09:16")
    assert venue.phase_of(INFY) is Phase.CONTINUOUS
    assert venue.quote(INFY).indicative_price == venue.quote(INFY).reference_price == 0


def test_the_pre_open_ends_at_a_random_second_that_the_seed_decides() -> None:
    ends = set()
    for day in (MONDAY, TUESDAY, date(2026, 11, 18)):
        venue = exchange(day, "09:05")
        while venue.session_name(INFY) == "pre_open_limit":
            venue.advance(venue.now + SECOND_NS)
        second = (venue.now - india_ns(day, at("09:08"))) // SECOND_NS
        assert 0 <= second <= 120
        ends.add(second)
    assert len(ends) > 1


def test_the_market_itself_takes_part_in_auctions() -> None:
    venue = exchange(MONDAY, "08:59", flow=True)
    events = until(venue, "09:15")
    assert {event.key for event in events if isinstance(event, Trade)} >= {INFY, MRF, FUTURE}
    quote = venue.quote(INFY)
    assert abs(quote.open - INFY_CLOSE) * 50 < INFY_CLOSE
    assert venue.open_orders(INFY) == []


# The close ---------------------------------------------------------------------------------------------------


def test_the_closing_auction_of_shares_with_contracts() -> None:
    venue = exchange(MONDAY, "15:00")
    _, done = place(venue, Side.BUY, 10)
    paid = trades(done)[0][0]
    stop, _ = place(venue, Side.SELL, 5, INFY_CLOSE - 9000, type=OrderType.SL, trigger=INFY_CLOSE - 8000)
    hidden, _ = place(venue, Side.BUY, 100, INFY_CLOSE - 5000, disclosed=10)
    carried, _ = place(venue, Side.BUY, 40, INFY_CLOSE - 3000)
    far, _ = place(venue, Side.BUY, 40, INFY_CLOSE * 95 // 100 // 10 * 10)
    ended = {event.order: event.reason for event in until(venue, "15:16") if isinstance(event, Ended)}
    assert ended == {stop: "closing_auction", hidden: "closing_auction", far: "band"}
    quote = venue.quote(INFY)
    assert quote.reference_price == paid  # the average of what traded from 15:00 to 15:15
    assert quote.lower_band >= paid * 97 // 100
    assert reasons(place(venue, Side.BUY, 1, paid)[1]) == ["phase"]
    until(venue, "15:21")
    assert reasons(place(venue, Side.BUY, 10, paid, type=OrderType.SL, trigger=paid)[1]) == ["phase"]
    place(venue, Side.SELL, 25, INFY_CLOSE - 3000, client="B")
    events = until(venue, "15:36")
    ((closing, quantity),) = trades(events)  # with what the makers had left in the book
    assert quantity == 25
    assert abs(closing - paid) * 100 <= paid * 3
    leftovers = [event for event in events if isinstance(event, Ended)]
    assert [(event.order, event.reason) for event in leftovers] == [(carried, "closing_auction")]
    assert venue.settlement_price(INFY) == closing
    until(venue, "15:51")
    assert venue.phase_of(INFY) is Phase.POST_CLOSE
    assert reasons(place(venue, Side.BUY, 1, closing + 10)[1]) == ["closing_price"]
    place(venue, Side.BUY, 7, client="A")
    assert trades(place(venue, Side.SELL, 7, closing, client="B")[1]) == [(closing, 7)]


def test_other_shares_close_at_the_average_of_the_last_half_hour() -> None:
    venue = exchange(MONDAY, "14:50")
    place(venue, Side.BUY, 3, key=MRF)
    until(venue, "15:05")
    paid = []
    for count in (1, 2):
        paid += trades(place(venue, Side.BUY, count, key=MRF)[1])
        venue.set_price(MRF, venue.quote(MRF).last_price + 100 * 500)
        paid.append((venue.quote(MRF).last_price, 1))
    until(venue, "15:31")
    average = sum(price * count for price, count in paid) / sum(count for _, count in paid)
    tick = 500
    assert abs(venue.settlement_price(MRF) - average) <= tick
    assert venue.settlement_price(MRF) != venue.quote(MRF).last_price


def test_without_trades_a_share_closes_where_it_stood() -> None:
    venue = exchange(MONDAY, "15:00")
    until(venue, "15:50")
    assert venue.settlement_price(INFY) == INFY_CLOSE


# Days --------------------------------------------------------------------------------------------------------


def test_a_day_is_told_when_it_closes_and_when_the_next_begins() -> None:
    venue = exchange(date(2026, 11, 20), "15:59")
    told: list[tuple[str, object, int]] = []
    venue.on_close(lambda day: told.append(("close", day, venue.now)))
    venue.on_day(lambda rolled: told.append(("day", rolled, venue.now)))
    venue.advance(india_ns(date(2026, 11, 23), at("08:00")))
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    assert told == [
        ("close", friday, india_ns(friday, at("16:00"))),
        ("day", DayRolled(friday, monday), india_ns(monday, at("06:00"))),
    ]
    assert venue.day == monday
    venue.advance(india_ns(date(2026, 11, 24), at("12:00")))  # a holiday
    assert venue.day == monday


def test_a_market_that_never_closes_changes_its_day_at_midnight() -> None:
    venue = exchange(date(2026, 11, 21), "23:59", always_open=True)
    waiting, _ = place(venue, Side.BUY, 1, INFY_CLOSE - 5000)
    told: list[object] = []
    heard: list[Event] = []
    venue.listen(heard.append)

    def square_off(day: date) -> None:
        told.append(day)
        place(venue, Side.SELL, 3)

    venue.on_close(square_off)
    venue.on_day(told.append)
    venue.advance(venue.now + 2 * MINUTE_NS)
    assert told == [date(2026, 11, 21), DayRolled(date(2026, 11, 21), date(2026, 11, 22))]
    assert sum(quantity for _, quantity in trades(heard)) == 3  # the market still traded when it was told
    assert [(event.order, event.reason) for event in heard if isinstance(event, Ended)] == [
        (waiting, "close")
    ]
    quote = venue.quote(INFY)
    assert (quote.volume, quote.prev_close) == (0, trades(heard)[-1][0])
    assert quote.bids
    assert quote.asks


def test_a_new_day_stands_on_the_closes_of_the_old_one() -> None:
    venue = exchange(MONDAY, "12:00")
    up = INFY_CLOSE * 105 // 100 // 10 * 10
    venue.set_price(INFY, up)
    level = venue.quote("NSE:NIFTY 50").last_price
    venue.advance(india_ns(TUESDAY, at("08:00")))
    quote = venue.quote(INFY)
    assert (quote.prev_close, quote.last_price, quote.volume, quote.open) == (up, up, 0, 0)
    assert quote.upper_band == up * 110 // 100 // 10 * 10
    index = venue.quote("NSE:NIFTY 50")
    assert index.prev_close == index.last_price == level


def test_a_lived_day_becomes_the_past_and_ends_at_its_close() -> None:
    venue = exchange(MONDAY, "15:05")
    for step in (0, 500, 1000):
        venue.set_price(MRF, MRF_CLOSE + step)
        until(venue, f"15:{10 + step // 100:02}")
    until(venue, "15:31")
    close = venue.settlement_price(MRF)
    assert close != venue.quote(MRF).last_price
    venue.advance(india_ns(TUESDAY, at("08:00")))
    midnight = datetime(2026, 11, 16, tzinfo=IST)
    (day,) = venue.history.candles(MRF, None, midnight, midnight)
    assert (day.open, day.high, day.low, day.close) == (MRF_CLOSE, MRF_CLOSE + 1000, MRF_CLOSE, close)
    assert venue.quote(MRF).prev_close == close


def test_ticks_follow_the_month_end_close() -> None:
    venue = exchange(date(2026, 11, 30), "12:00")
    before = venue.instruments[INFY].tick
    up = 1600_00 * 100 // 100
    venue.set_price(INFY, up)
    venue.advance(india_ns(date(2026, 12, 1), at("08:00")))
    assert venue.instruments[INFY].tick == before  # still between 1,000 and 5,000 rupees
    cheap = next(one for one in LISTED if one.key == "NSE:IDEA")
    lone = Exchange(
        [replace(cheap, prev_close=249_00, band=(200_00, 299_00))], seed=1,
        start_ns=india_ns(date(2026, 11, 27), at("12:00")), flow=False, always_open=False,
    )  # fmt: skip
    lone.set_price("NSE:IDEA", 260_00)
    lone.advance(india_ns(date(2026, 11, 30), at("08:00")))
    assert lone.instruments["NSE:IDEA"].tick == 1
    lone.advance(india_ns(date(2026, 12, 1), at("08:00")))
    assert lone.instruments["NSE:IDEA"].tick == 5


def test_a_contract_settles_on_its_underlying_and_goes() -> None:
    expiry = date(2026, 11, 23)
    strike = 26_000_00
    future = next(one for one in FEW if one.key == FUTURE)
    call = replace(
        future, key="NFO:CALL", symbol="CALL", kind=Kind.CALL, strike=strike, tick=5, prev_close=100_00
    )
    put = replace(call, key="NFO:PUT", symbol="PUT", kind=Kind.PUT)
    listed = [replace(one, expiry=expiry.isoformat(), band=(5, 30_000_00)) for one in (future, call, put)]
    others = [one for one in FEW if not one.expiry]
    venue = Exchange(
        others + listed, seed=1, start_ns=india_ns(expiry, at("12:00")), flow=False, always_open=False
    )
    assert not venue.expired(FUTURE)
    settled: list[int] = []
    venue.on_close(lambda day: settled.append(venue.settlement_price(FUTURE)))
    venue.advance(india_ns(date(2026, 11, 25), at("06:30")))
    spot = venue.quote("NSE:NIFTY 50").prev_close
    assert settled == [spot]
    assert [venue.settlement_price(key) for key in (FUTURE, "NFO:CALL", "NFO:PUT")] == [
        spot, max(spot - strike, 0), max(strike - spot, 0),
    ]  # fmt: skip
    assert venue.expired(FUTURE)
    assert venue.open_orders(FUTURE) == []
    assert venue.order(FUTURE, 1) is None
    assert FUTURE not in venue.instruments
    assert reasons(place(venue, Side.BUY, 65, key=FUTURE)[1]) == ["expired"]


def test_new_contracts_come_with_the_day() -> None:
    from mocks.exchange.expiry import catalogue_listing

    few = [*FEW, *(one for one in LISTED if one.expiry)]
    venue = Exchange(
        list({one.key: one for one in few}.values()), seed=1, start_ns=india_ns(TUESDAY, at("23:58")), flow=False,
        listing=catalogue_listing,
    )  # fmt: skip
    ended = {key for key, one in venue.instruments.items() if one.expiry == TUESDAY.isoformat()}
    assert ended
    before = set(venue.instruments)
    venue.advance(venue.now + 5 * MINUTE_NS)
    assert not ended & set(venue.instruments)
    fresh = [one for key, one in venue.instruments.items() if key not in before and one.expiry]
    assert fresh
    assert all(one.band is not None and one.band[0] <= one.prev_close <= one.band[1] for one in fresh)
    assert venue.quote(fresh[0].key).bids


# The whole of it ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lived() -> tuple[Exchange, list[tuple[Event, str, tuple[int, int]]]]:
    """Morning and evening of a lively day, each event with the session and the band at its moment."""
    venue = exchange(MONDAY, "08:59", flow=True)
    seen: list[tuple[Event, str, tuple[int, int]]] = []

    def note(event: Event) -> None:
        quote = venue.quote(event.key)
        seen.append((event, venue.session_name(event.key), (quote.lower_band, quote.upper_band)))

    venue.listen(note)
    until(venue, "09:20")
    venue.advance(india_ns(MONDAY, at("15:10")))
    until(venue, "16:01")
    return venue, seen


def test_trades_happen_in_their_sessions_and_inside_their_bands(
    lived: tuple[Exchange, list[tuple[Event, str, tuple[int, int]]]],
) -> None:
    _, seen = lived
    sessions: dict[str, set[str]] = {INFY: set(), MRF: set(), FUTURE: set()}
    for event, session, (low, high) in seen:
        assert isinstance(event, Trade)  # nobody but the market itself was there, and it is quiet
        assert low <= event.price <= high
        if event.key in sessions:
            sessions[event.key].add(session)
    assert sessions[INFY] == {"pre_open_matching", "continuous", "closing_matching"}
    assert sessions[MRF] == sessions[FUTURE] == {"pre_open_matching", "continuous"}
    numbers = [event.trade for event, _, _ in seen if isinstance(event, Trade)]
    assert numbers == sorted(set(numbers))
    assert [event.seq for event, _, _ in seen] == sorted({event.seq for event, _, _ in seen})


def test_the_days_figures_are_those_of_its_trades(
    lived: tuple[Exchange, list[tuple[Event, str, tuple[int, int]]]],
) -> None:
    venue, seen = lived
    for key in (INFY, MRF, FUTURE, "BSE:INFY"):
        prints = [event for event, _, _ in seen if isinstance(event, Trade) and event.key == key]
        quote = venue.quote(key)
        assert quote.volume == sum(event.quantity for event in prints)
        assert (quote.open, quote.last_price) == (prints[0].price, prints[-1].price)
        assert (quote.low, quote.high) == (
            min(event.price for event in prints), max(event.price for event in prints),
        )  # fmt: skip
        assert (quote.bids, quote.asks) == ((), ())
        assert quote.low <= venue.settlement_price(key) <= quote.high
    auction = [event for event, session, _ in seen if event.key == INFY and session == "closing_matching"]
    assert {event.price for event in auction if isinstance(event, Trade)} == {venue.settlement_price(INFY)}


def test_a_leap_over_days_leaves_prices_and_candles_behind() -> None:
    venue = exchange(MONDAY, "11:00", flow=True)
    venue.advance(india_ns(date(2026, 11, 19), at("12:00")))
    begin, end = (datetime(2026, 11, day, tzinfo=IST) for day in (16, 19))
    for key in (INFY, MRF, "NSE:NIFTY 50"):
        days = venue.history.candles(key, None, begin, end)
        assert [candle.start.day for candle in days] == [16, 17, 18, 19]
        assert len({candle.close for candle in days}) > 1
        assert venue.quote(key).prev_close == days[2].close


# Bands and ranges --------------------------------------------------------------------------------------------


def test_a_band_slides_after_its_cool_off_and_strands_orders() -> None:
    venue = exchange(MONDAY, "11:00")
    low, high = venue.quote(INFY).lower_band, venue.quote(INFY).upper_band
    stranded, _ = place(venue, Side.BUY, 1, low)
    venue.set_price(INFY, high)
    assert not [e for e in until(venue, "11:14") if isinstance(e, Ended)]
    ended = [event for event in until(venue, "11:17") if isinstance(event, Ended)]
    assert [(event.order, event.reason) for event in ended] == [(stranded, "band")]
    quote = venue.quote(INFY)
    assert (quote.lower_band, quote.upper_band) == (
        low + INFY_CLOSE // 20 // 10 * 10,
        high + INFY_CLOSE // 20 // 10 * 10,
    )
    venue.set_price(INFY, quote.upper_band)


def test_a_price_that_leaves_the_edge_stops_the_cool_off() -> None:
    venue = exchange(MONDAY, "11:00")
    high = venue.quote(INFY).upper_band
    venue.set_price(INFY, high)
    until(venue, "11:10")
    venue.set_price(INFY, INFY_CLOSE)
    until(venue, "11:11")
    venue.set_price(INFY, high)
    until(venue, "11:20")
    assert venue.quote(INFY).upper_band == high
    until(venue, "11:28")
    assert venue.quote(INFY).upper_band > high


def test_the_band_of_other_shares_stays() -> None:
    venue = exchange(MONDAY, "11:00")
    high = venue.quote(MRF).upper_band
    venue.set_price(MRF, high)
    until(venue, "12:00")
    assert venue.quote(MRF).upper_band == high


def test_contracts_take_limits_only_around_where_they_trade() -> None:
    venue = exchange(MONDAY, "11:00")
    until(venue, "11:01")
    price = venue.quote(FUTURE).last_price
    assert reasons(place(venue, Side.BUY, 65, price * 96 // 100 // 10 * 10, FUTURE)[1]) == ["range"]
    assert reasons(place(venue, Side.BUY, 65, price * 98 // 100 // 10 * 10, FUTURE)[1]) == []
    venue.set_price(FUTURE, price * 105 // 100 // 10 * 10)
    assert reasons(place(venue, Side.BUY, 65, price * 103 // 100 // 10 * 10, FUTURE)[1]) == []


@pytest.mark.parametrize(
    ("kind", "average", "low", "high"),
    [
        (Kind.FUTURE, 26_000_00, 25_220_00, 26_780_00),
        (Kind.CALL, 100_00, 60_00, 140_00),
        (Kind.PUT, 50_00, 30_00, 70_00),
        (Kind.PUT, 10_00, 5, 30_00),
    ],
)
def test_operating_ranges_are_those_of_the_circular(kind: Kind, average: int, low: int, high: int) -> None:
    listing = replace(FEW[0], kind=kind, tick=5)
    assert operating_range(listing, average) == (low, high)


def test_the_closing_auction_sets_the_ranges_of_its_shares_futures_anew() -> None:
    base = next(one for one in FEW if one.key == FUTURE)
    future = replace(
        base, key="NFO:INFYFUT", underlying=INFY, expiry="2026-11-24", lot=1, tick=10, prev_close=INFY_CLOSE,
        band=(INFY_CLOSE // 20 * 10, INFY_CLOSE * 2),
    )  # fmt: skip
    shares = [one for one in FEW if one.key in (INFY, MRF)]
    venue = Exchange(
        [*shares, future], seed=1, start_ns=india_ns(MONDAY, at("15:14")), flow=False, always_open=False
    )
    low = INFY_CLOSE * 975 // 1000 // 10 * 10
    waiting, events = place(venue, Side.BUY, 5, low, "NFO:INFYFUT")
    near, _ = place(venue, Side.BUY, 5, INFY_CLOSE * 99 // 100 // 10 * 10, "NFO:INFYFUT")
    assert reasons(events) == []
    venue.set_price("NFO:INFYFUT", INFY_CLOSE * 102 // 100 // 10 * 10)
    ended = [(event.order, event.reason) for event in until(venue, "15:16") if isinstance(event, Ended)]
    assert ended == [(waiting, "range")]
    assert venue.order("NFO:INFYFUT", near) is not None


def test_contracts_refuse_what_has_no_price_to_be_measured_by() -> None:
    call = replace(
        next(one for one in FEW if one.key == FUTURE), key="NFO:CALL", kind=Kind.CALL, strike=26_000_00
    )
    listed = [replace(one, expiry="2026-11-24", band=(10, 90_000_00)) for one in (*FEW[-1:], call)]
    start = india_ns(MONDAY, at("11:00"))
    venue = Exchange(listed, seed=1, start_ns=start, flow=False, always_open=False)
    assert reasons(place(venue, Side.BUY, 65, key="NFO:CALL")[1]) == ["no_last_price"]
    stop = {"key": "NFO:CALL", "type": OrderType.SL_M, "trigger": call.prev_close + 1000}
    assert reasons(place(venue, Side.BUY, 65, **stop)[1]) == ["stop_market"]  # type: ignore[arg-type]
    number, events = place(venue, Side.BUY, 65, venue.quote("NFO:CALL").bids[0].price, "NFO:CALL")
    assert reasons(events) == []
    assert reasons(venue.submit(Modify("NFO:CALL", number, type=OrderType.MARKET))) == ["no_last_price"]
    lenient = Exchange(listed, seed=1, start_ns=start, flow=False)
    assert trades(place(lenient, Side.BUY, 65, key="NFO:CALL")[1])


# Halts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("percent", "time", "minutes"),
    [
        (10, "12:59", 45), (10, "13:00", 15), (10, "14:29", 15), (10, "14:30", None),
        (15, "12:59", 105), (15, "13:30", 45), (15, "14:00", 0), (20, "09:20", 0),
    ],
)  # fmt: skip
def test_the_breakers_table(percent: int, time: str, minutes: int | None) -> None:
    assert halt_minutes(percent, at(time)) == minutes


def test_a_fall_of_ten_percent_halts_the_market_and_an_auction_re_opens_it() -> None:
    shares = [replace(one, band=(1_00, 10_000_000_00)) for one in FEW if one.exchange == "NSE"]
    venue = Exchange(shares, seed=1, start_ns=india_ns(MONDAY, at("11:00")), flow=False, always_open=False)
    waiting, _ = place(venue, Side.BUY, 1, 1000_00)
    for key in (INFY, "NSE:HDFCBANK"):
        venue.set_price(key, venue.quote(key).last_price * 89 // 100 // 100 * 100)
    ended = [event for event in until(venue, "11:01") if isinstance(event, Ended)]
    assert [(event.order, event.reason) for event in ended] == [(waiting, "halt")]
    assert venue.session_name(INFY) == venue.session_name(MRF) == "halted"
    assert reasons(place(venue, Side.BUY, 1)[1]) == ["halted"]
    until(venue, "11:46")
    assert venue.session_name(INFY) == "reopening_auction"
    place(venue, Side.BUY, 5, 1200_00, client="A")
    place(venue, Side.SELL, 5, 1200_00, client="B")
    assert (1200_00, 5) in trades(until(venue, "12:01"))
    assert venue.phase_of(INFY) is Phase.CONTINUOUS
    until(venue, "12:10")
    assert venue.phase_of(INFY) is Phase.CONTINUOUS  # each percentage halts once a day


def test_somebody_may_halt_the_market_and_let_it_go_on() -> None:
    venue = exchange(MONDAY, "11:00", always_open=True)
    venue.halt()
    assert venue.phase_of(INFY) is Phase.HALTED
    venue.advance(venue.now + MINUTE_NS)
    venue.resume()
    assert trades(place(venue, Side.BUY, 1)[1])


# Timers ------------------------------------------------------------------------------------------------------


def test_callbacks_come_at_their_time_in_the_order_they_were_asked_for() -> None:
    venue = exchange(MONDAY, "11:00")
    start = venue.now
    called: list[tuple[str, int]] = []
    venue.schedule(start + 300, lambda: called.append(("late", venue.now - start)))
    venue.schedule(start + 200, lambda: called.append(("first", venue.now - start)))
    venue.schedule(start + 200, lambda: called.append(("second", venue.now - start)))
    assert venue.next_timer() == start + 200
    venue.advance(start + 250)
    assert called == [("first", 200), ("second", 200)]
    venue.advance(start + 400)
    assert called[2:] == [("late", 300)]


def test_a_callback_may_not_let_time_pass() -> None:
    venue = exchange(MONDAY, "11:00")

    def hurry() -> None:
        venue.advance(venue.now + 5)

    venue.schedule(venue.now + 1, hurry)
    with pytest.raises(RuntimeError, match="callback"):
        venue.advance(venue.now + 10)


def test_the_next_opening_is_where_orders_are_taken() -> None:
    venue = exchange(MONDAY, "16:30")
    assert venue.next_opening(INFY) == india_ns(TUESDAY, at("09:00"))
    assert exchange(MONDAY, "11:00").next_opening(INFY) == india_ns(MONDAY, at("11:00"))
    assert exchange(MONDAY, "15:36").next_opening(INFY) == india_ns(MONDAY, at("15:50"))


# A start in the middle ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("time", "session"), [("09:02", "pre_open"), ("15:22", "closing_auction")])
def test_an_exchange_may_be_started_in_the_middle_of_an_auction(time: str, session: str) -> None:
    venue = exchange(MONDAY, time, flow=True)
    assert venue.session_name(INFY) == session
    until(venue, f"{time[:3]}{int(time[3:]) + 1:02}")
    quote = venue.quote(INFY)
    assert quote.reference_price == INFY_CLOSE
    assert quote.indicative_quantity > 0
    limit = INFY_CLOSE * 105 // 100 // 10 * 10
    assert reasons(place(venue, Side.BUY, 1, limit)[1]) == (["band"] if session == "closing_auction" else [])


def test_an_index_knows_its_year() -> None:
    venue = exchange(MONDAY, "11:00")
    quote = venue.quote("NSE:NIFTY 50")
    lowest, highest = venue.year_range("NSE:NIFTY 50")
    assert 0 < lowest <= quote.last_price <= highest
