"""Holidays and hours are those that the product itself goes by; a year that is not known is no year of trading."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import ValidationError

from domain.calendar import IST, Calendar, Phase, SpecialDay
from domain.instrument import Exchange
from orchestrator.openalgo.days import holidays, timings
from orchestrator.openalgo.desk import Desk, Refused
from orchestrator.openalgo.requests import HolidaysBody, TimingsBody


def desk(**more: Any) -> Desk:
    now = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)  # the 24th in India, a holiday
    return cast(Desk, SimpleNamespace(now=now, calendar=Calendar(**more)))


async def test_the_holidays_of_a_year_are_told_with_what_is_closed() -> None:
    told = await holidays(desk(), HolidaysBody())
    assert (told["year"], told["timezone"]) == (2026, "Asia/Kolkata")
    by_day = {one["date"]: one for one in told["data"]}
    assert by_day["2026-11-24"]["description"] == "Guru Nanak Jayanti"
    assert by_day["2026-11-24"]["closed_exchanges"] == ["NSE", "BSE", "NFO", "BFO"]
    assert (await holidays(desk(always_open=True), HolidaysBody()))["data"] == []


async def test_hours_are_moments_and_a_day_without_trading_has_none() -> None:
    assert (await timings(desk(), TimingsBody()))["data"] == []
    assert (await timings(desk(), TimingsBody.model_validate({"date": "2026-11-22"})))["data"] == []
    told = await timings(desk(), TimingsBody.model_validate({"date": "2026-11-23"}))
    hours = {one["exchange"]: one for one in told["data"]}
    began = datetime.fromtimestamp(hours["NSE"]["start_time"] / 1000, IST)
    assert began == datetime(2026, 11, 23, 9, 15, tzinfo=IST)
    ended = datetime.fromtimestamp(hours["NFO"]["end_time"] / 1000, IST)
    assert ended == datetime(2026, 11, 23, 15, 40, tzinfo=IST)


async def test_what_an_exchange_announced_is_told_among_the_holidays_and_hours() -> None:
    evening = SpecialDay("Muhurat trading", ((time(18), time(19), Phase.OPEN),))
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    special = {(Exchange.MCX, tuesday): evening, (Exchange.NFO, monday): SpecialDay("Elections")}
    told = await holidays(desk(special=special), HolidaysBody())
    by_day = {one["date"]: one for one in told["data"]}
    assert by_day["2026-11-23"]["closed_exchanges"] == ["NFO"]
    assert by_day["2026-11-23"]["description"] == "Elections"
    assert by_day["2026-11-24"]["closed_exchanges"] == ["NSE", "BSE", "NFO", "BFO"]
    (opened,) = by_day["2026-11-24"]["open_exchanges"]
    assert opened["exchange"] == "MCX"
    assert datetime.fromtimestamp(opened["start_time"] / 1000, IST) == datetime(2026, 11, 24, 18, tzinfo=IST)
    hours = (await timings(desk(special=special), TimingsBody()))["data"]
    assert hours == [opened]


async def test_a_year_that_nobody_knows_is_refused() -> None:
    with pytest.raises(Refused, match="2031"):
        await holidays(desk(), HolidaysBody.model_validate({"year": "2031"}))
    with pytest.raises(Refused, match="2031"):
        await timings(desk(), TimingsBody.model_validate({"date": "2031-01-01"}))
    for body, given in ((HolidaysBody, {"year": "soon"}), (TimingsBody, {"date": "tomorrow"})):
        with pytest.raises(ValidationError):
            body.model_validate(given)
