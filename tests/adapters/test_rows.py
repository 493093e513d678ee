"""A row that cannot be read takes no other with it, and what is missing is said: at every broker, from rows as it sends
them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from adapters import rows
from adapters.broker import Endpoints, Session
from adapters.groww.broker import GrowwBroker
from adapters.http import exact_json
from adapters.iceberg import Part, Told, orders
from adapters.mock import wire as mock_wire
from adapters.upstox import figures
from adapters.upstox.broker import ADAPTER as UPSTOX
from adapters.zerodha import book as kite_book
from domain.order import Accepted
from domain.report import OrderReport, ReportStatus, facts_of
from tests.adapters.groww import samples as groww
from tests.adapters.mock.test_wire import ORDER as MOCK_ROW
from tests.adapters.upstox import upstox_payloads as upstox
from tests.adapters.zerodha import payloads as kite

NOW = upstox.NOW
Book = Callable[[list[Any]], Awaitable[list[OrderReport]]]


def wired(found: list[Any]) -> Any:
    """As it is after the wire: numbers exact."""
    return exact_json(json.dumps(found).encode())


async def of_kite(found: list[Any]) -> list[OrderReport]:
    return kite_book.reports(wired(found), kite.Symbols(), seen_at=NOW)


async def of_mock(found: list[Any]) -> list[OrderReport]:
    return mock_wire.reports(wired(found), seen_at=NOW)


async def of_upstox(found: list[Any]) -> list[OrderReport]:
    session = Session("token", "SB0001", NOW + timedelta(hours=8))
    broker = UPSTOX.connect(session, Endpoints("https://u.test", ""), upstox.Names(), clock=lambda: NOW)
    with respx.mock(using="httpx") as router:
        router.get("https://u.test/v2/order/retrieve-all").mock(
            return_value=httpx.Response(200, content=upstox.ok(found))
        )
        reports = await broker.orders()
    await broker.aclose()
    return reports


async def of_groww(found: list[Any]) -> list[OrderReport]:
    def answer(request: httpx.Request) -> httpx.Response:
        mine = found if request.url.params["segment"] == "CASH" else []
        return httpx.Response(200, json={"status": "SUCCESS", "payload": {"order_list": mine}})

    client = httpx.AsyncClient(base_url="http://g.test/v1", transport=httpx.MockTransport(answer))
    return await GrowwBroker(client, groww.SYMBOLS, lambda: NOW).orders()


@dataclass(frozen=True)
class Wire:
    """How a broker writes an order: a row of its own, and its names of the id and our tag."""

    book: Book
    row: dict[str, Any]
    number: str
    tag: str


WIRES = {
    "zerodha": Wire(of_kite, kite.order_row(tag="MINE", tags=["MINE"]), "order_id", "tag"),
    "upstox": Wire(of_upstox, upstox.ORDER_ROW, "order_id", "tag"),
    "groww": Wire(of_groww, groww.ORDER_ROW, "groww_order_id", "order_reference_id"),
    "mock": Wire(of_mock, MOCK_ROW, "order_id", "tag"),
}
each_wire = pytest.mark.parametrize("wire", WIRES.values(), ids=WIRES.keys())


@each_wire
@pytest.mark.parametrize("spoilt", ["many", -1, {}, "9" * 40])
async def test_an_order_that_cannot_be_read_is_still_there_by_its_id_and_tag(
    wire: Wire, spoilt: object
) -> None:
    found = await wire.book([{**wire.row, "quantity": spoilt}, {**wire.row, wire.number: "other"}])
    bad, good = sorted(found, key=lambda one: one.readable)
    assert (good.broker_order_id, good.readable, rows.unread(found)) == ("other", True, ())
    assert (bad.broker_order_id, bad.tag) == (wire.row[wire.number], wire.row[wire.tag])
    assert (bad.status, bad.readable) == (ReportStatus.UNRECOGNISED, False)
    assert "cannot be read" in bad.message


@each_wire
@pytest.mark.parametrize("change", ["number", "tag", "row"])
async def test_an_order_that_might_be_any_is_left_out_and_named(wire: Wire, change: str) -> None:
    bad: Any = {"number": {**wire.row, wire.number: None}, "tag": {**wire.row, wire.tag: {"a": 1}}}.get(
        change
    )
    found = await wire.book([bad, wire.row])
    assert [one.broker_order_id for one in found] == [wire.row[wire.number]]
    assert ["cannot be read" in words for words in rows.unread(found)] == [True]


def test_an_order_that_cannot_be_read_proves_nothing_but_that_it_is_there() -> None:
    report = rows.unread_order("42", "MINE", "words", seen_at=NOW)
    assert report is not None
    assert facts_of(report) == (Accepted("42", NOW),)


def test_a_sale_of_today_that_cannot_be_read_is_missing_from_the_holdings() -> None:
    sale = wired([{**upstox.POSITION_ROW, "day_sell_quantity": "many"}])
    held = figures.holdings(wired([upstox.HOLDING_ROW]), sale, upstox.Names())
    assert len(held) == 1
    assert len(rows.unread(held)) == 1


# --- lists -------------------------------------------------------------------------------------------------------


@given(st.lists(st.one_of(st.integers(), st.text(alphabet="abc"))))
def test_every_row_is_read_or_named(found: list[int | str]) -> None:
    def number(row: int | str) -> int:
        if isinstance(row, str):
            raise ValueError("a word")
        return row

    numbers = rows.read(found, number, "a number")
    assert numbers == [row for row in found if isinstance(row, int)]
    assert len(numbers) + len(numbers.unread) == len(found)


@pytest.mark.parametrize("found", [None, {}, "", {"a": 1}, 3])
def test_what_is_no_list_is_not_an_empty_one(found: object) -> None:
    with pytest.raises(ValueError, match="no list"):
        rows.read(found, lambda row: row, "a row")


def test_parts_lack_what_any_of_them_lacks() -> None:
    whole = rows.together(rows.Rows([1], ["one"]), [2], rows.Rows([3], ["two"]))
    assert (whole, whole.unread) == ([1, 2, 3], ("one", "two"))


def leg(number: int) -> Told:
    report = OrderReport(str(number), ReportStatus.OPEN, "OPEN", NOW, 10, 0, tag="MINE")
    return report, Part(number, 3, 30, report)


def test_an_iceberg_whose_first_leg_cannot_be_read_does_not_pass_for_another_order() -> None:
    whole = orders(rows.Rows([leg(2), leg(3)]))
    assert whole == []
    assert len(whole.unread) == 1
    assert [one.broker_order_id for one in orders(rows.Rows([leg(1), leg(2)]))] == ["1"]
