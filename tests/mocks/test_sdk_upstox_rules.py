"""What the Upstox-compatible server enforces when told to: budgets, hours, addresses, tokens that read, kill switch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread
from typing import Any

import httpx
import pytest
import upstox_client
from upstox_client.rest import ApiException

from mocks.launch import Sandbox
from tests.mocks.upstox_sdk import INFY, VERSION, client_for, code_of, limit, market, new_user

SWITCHES = "/brokers/upstox/switches"
SUNDAY_NIGHT = "2026-11-22T23:50:00+05:30"


@pytest.fixture(scope="module")
def still_sandbox() -> Iterator[Sandbox]:
    """Time stands still: an hour's requests fall into one second."""
    with Sandbox.start(flow=False, only=("upstox",), options=["--clock", "step"]) as running:
        yield running


@pytest.fixture
def sandbox(still_sandbox: Sandbox) -> Iterator[Sandbox]:
    before = still_sandbox.get(SWITCHES)
    yield still_sandbox
    still_sandbox.patch(SWITCHES, before)


@pytest.fixture
def user(sandbox: Sandbox) -> dict[str, Any]:
    return new_user(sandbox)


@pytest.fixture
def client(user: dict[str, Any]) -> Any:
    return client_for(user["base_url"], user["access_token"])


def refusal(call: Callable[[], Any]) -> tuple[int, str]:
    """(HTTP status, code) of a call that must be refused."""
    with pytest.raises(ApiException) as refused:
        call()
    return refused.value.status, code_of(refused.value)


# --- budgets ------------------------------------------------------------------------------------------------


def test_the_eleventh_order_of_a_second_is_refused(sandbox: Sandbox, client: Any) -> None:
    sandbox.patch(SWITCHES, {"rate_limits": True})
    orders = upstox_client.OrderApiV3(client)
    placed = [orders.place_order(limit(quantity=1)).data.order_ids[0] for _ in range(10)]
    assert refusal(lambda: orders.place_order(limit(quantity=1))) == (429, "UDAPI10005")
    assert refusal(lambda: orders.cancel_order(placed[0])) == (429, "UDAPI10005")
    rows = upstox_client.OrderApi(client).get_order_book(VERSION).data
    assert {row.order_id for row in rows} == set(placed)


def test_every_line_of_a_batch_counts(sandbox: Sandbox, client: Any) -> None:
    sandbox.patch(SWITCHES, {"rate_limits": True})
    book = upstox_client.OrderApi(client)
    body = limit(quantity=1).to_dict()
    fields = {name: body[name] for name in upstox_client.MultiOrderRequest.attribute_map if name in body}
    lines = [
        upstox_client.MultiOrderRequest(**{**fields, "slice": False, "correlation_id": str(n)})
        for n in range(6)
    ]
    assert book.place_multi_order(lines).summary.success == 6
    assert refusal(lambda: book.place_multi_order(lines)) == (429, "UDAPI10005")


def test_reads_have_a_budget_of_their_own(sandbox: Sandbox, client: Any) -> None:
    sandbox.patch(SWITCHES, {"rate_limits": True})
    profile = upstox_client.UserApi(client)
    for _ in range(50):
        profile.get_profile(VERSION)
    assert refusal(lambda: profile.get_profile(VERSION)) == (429, "UDAPI10005")
    assert upstox_client.OrderApiV3(client).place_order(limit()).status == "success"


# --- addresses ----------------------------------------------------------------------------------------------


def test_orders_come_from_the_registered_address_only(
    sandbox: Sandbox, user: dict[str, Any], client: Any
) -> None:
    sandbox.patch(SWITCHES, {"static_ips": {user["user_id"]: ["10.1.2.3"]}})
    orders = upstox_client.OrderApiV3(client)
    assert refusal(lambda: orders.place_order(limit())) == (403, "UDAPI1154")
    assert upstox_client.OrderApi(client).get_order_book(VERSION).data == []
    client.set_default_header(
        "X-Forwarded-For", "10.1.2.3"
    )  # a relay on this machine tells where it comes from
    assert orders.place_order(limit()).status == "success"


def test_a_new_address_ends_the_session_and_holds_for_a_week(user: dict[str, Any], client: Any) -> None:
    users = upstox_client.UserApi(client)
    assert users.get_user_ips().data.primary_ip is None
    change = upstox_client.UpdateUserIpRequest(primary_ip="127.0.0.1", secondary_ip="2001:db8::7")
    answer = users.update_user_ip(change).data
    assert (answer.primary_ip, answer.secondary_ip) == ("127.0.0.1", "2001:db8::7")
    assert answer.access_tokens_invalidated is True
    assert answer.primary_ip_updated_at
    assert refusal(lambda: users.get_user_ips()) == (401, "UDAPI100050")


def test_an_address_is_changed_once_a_week(sandbox: Sandbox, user: dict[str, Any], client: Any) -> None:
    upstox_client.UserApi(client).update_user_ip(upstox_client.UpdateUserIpRequest(primary_ip="127.0.0.1"))
    again = sandbox.post("/sessions", {"broker": "upstox", "user_id": user["user_id"]})
    users = upstox_client.UserApi(client_for(user["base_url"], again["access_token"]))
    wrong = upstox_client.UpdateUserIpRequest(primary_ip="here")
    assert refusal(lambda: users.update_user_ip(wrong)) == (400, "UDAPI1179")
    other = upstox_client.UpdateUserIpRequest(primary_ip="127.0.0.2")
    assert refusal(lambda: users.update_user_ip(other)) == (400, "UDAPI1181")
    assert upstox_client.OrderApiV3(users.api_client).place_order(limit()).status == "success"


# --- the kill switch ----------------------------------------------------------------------------------------


def kill(client: Any, segment: str, action: str) -> Any:
    line = upstox_client.KillSwitchSegmentUpdateRequest(segment=segment, action=action)
    return upstox_client.UserApi(client).update_kill_switch([line])


def test_a_killed_segment_takes_no_orders(client: Any) -> None:
    orders, book = upstox_client.OrderApiV3(client), upstox_client.OrderApi(client)
    [order_id] = orders.place_order(limit()).data.order_ids
    rows = kill(client, "NSE_EQ", "ENABLE").data
    assert {row["segment"]: row["kill_switch_enabled"] for row in rows}["NSE_EQ"] is True
    assert book.get_order_status(order_id=order_id).data.status == "cancelled"
    assert refusal(lambda: orders.place_order(limit())) == (400, "UDAPI1187")
    assert refusal(lambda: kill(client, "NSE_EQ", "DISABLE")) == (400, "UDAPI1188")


def test_a_segment_with_open_positions_is_not_killed(client: Any) -> None:
    upstox_client.OrderApiV3(client).place_order(market(quantity=1, product="I"))
    assert refusal(lambda: kill(client, "NSE_EQ", "ENABLE")) == (400, "UDAPI1186")
    assert refusal(lambda: kill(client, "NSE_XX", "ENABLE")) == (400, "UDAPI1184")


# --- tokens -------------------------------------------------------------------------------------------------


def long_token(user: dict[str, Any], kind: str) -> Any:
    body = {
        "client_id": user["api_key"],
        "client_secret": user["api_secret"],
        "user_id": user["user_id"],
        "kind": kind,
    }
    answer = httpx.post(f"{user['base_url']}/sandbox/tokens", json=body).json()["data"]
    return client_for(user["base_url"], answer["access_token"])


def test_an_extended_token_reads_the_books_and_nothing_else(user: dict[str, Any]) -> None:
    client = long_token(user, "extended")
    assert upstox_client.OrderApi(client).get_order_book(VERSION).data == []
    assert len(upstox_client.PortfolioApi(client).get_holdings(VERSION).data) == 1
    assert refusal(lambda: upstox_client.OrderApiV3(client).place_order(limit())) == (403, "UDAPI100067")
    assert refusal(lambda: upstox_client.MarketQuoteV3Api(client).get_ltp(instrument_key=INFY)) == (
        403, "UDAPI100067",
    )  # fmt: skip


def test_an_analytics_token_reads_prices_and_at_home_the_books(
    sandbox: Sandbox, user: dict[str, Any]
) -> None:
    client = long_token(user, "analytics")
    assert upstox_client.MarketQuoteV3Api(client).get_ltp(instrument_key=INFY).status == "success"
    books = upstox_client.OrderApi(client)
    assert refusal(lambda: books.get_order_book(VERSION)) == (403, "UDAPI100067")
    sandbox.patch(SWITCHES, {"static_ips": {user["user_id"]: ["127.0.0.1"]}})
    assert books.get_order_book(VERSION).data == []
    assert refusal(lambda: upstox_client.OrderApiV3(client).place_order(limit())) == (403, "UDAPI100067")
    assert refusal(lambda: upstox_client.WebsocketApi(client).get_market_data_feed_authorize_v3()) == (
        403, "UDAPI100067",
    )  # fmt: skip


class Ear:
    """A web server of the app's: what Upstox posts to it."""

    def __init__(self) -> None:
        heard: Queue[Any] = Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                heard.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.heard = heard
        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/upstox"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def ear() -> Iterator[Ear]:
    listening = Ear()
    yield listening
    listening.close()


def set_app(user: dict[str, Any], **urls: str) -> httpx.Response:
    body = {"client_id": user["api_key"], "client_secret": user["api_secret"], **urls}
    return httpx.put(f"{user['base_url']}/sandbox/app", json=body)


def test_an_approved_token_is_posted_to_the_app(user: dict[str, Any], ear: Ear) -> None:
    login = upstox_client.LoginApi(client_for(user["base_url"], ""))
    ask = upstox_client.IndieUserTokenRequest(client_secret=user["api_secret"])
    set_app(user, notifier_url="")
    assert refusal(lambda: login.init_token_request_for_indie_user(ask, user["api_key"])) == (
        400,
        "UDAPI1123",
    )
    assert set_app(user, notifier_url="http://198.51.100.1/x").status_code == 400  # on this machine only
    set_app(user, notifier_url=ear.url)
    answer = login.init_token_request_for_indie_user(ask, user["api_key"]).data
    assert answer.notifier_url == ear.url
    form = {
        "user_id": user["user_id"],
        "password": user["password"],
        "pin": user["pin"],
        "decision": "approve",
    }
    assert httpx.post(f"{user['base_url']}/sandbox/approve", data=form).status_code == 200
    notice = ear.heard.get(timeout=10)
    assert (notice["user_id"], notice["message_type"]) == (user["user_id"], "access_token")
    fresh = client_for(user["base_url"], notice["access_token"])
    assert upstox_client.UserApi(fresh).get_profile(VERSION).data.user_id == user["user_id"]


def test_every_stage_of_an_order_is_posted_to_the_app(user: dict[str, Any], client: Any, ear: Ear) -> None:
    set_app(user, postback_url=ear.url)
    [order_id] = upstox_client.OrderApiV3(client).place_order(market(quantity=2)).data.order_ids
    posts = [ear.heard.get(timeout=10) for _ in range(5)]
    assert {post["order_id"] for post in posts} == {order_id}
    assert "complete" in {post["status"] for post in posts}
    assert {post["update_type"] for post in posts} == {"order"}
    set_app(user, postback_url="")


# --- of several orders, some --------------------------------------------------------------------------------


def test_a_sliced_order_may_be_placed_in_part(sandbox: Sandbox) -> None:
    rich = sandbox.post("/sessions", {"broker": "upstox", "cash": "100000000"})
    client = client_for(rich["base_url"], rich["access_token"])
    found = upstox_client.InstrumentsApi(client).search_instrument("NIFTY", segments="FUT", records=1).data[0]
    [ltp] = (
        upstox_client.MarketQuoteV3Api(client).get_ltp(instrument_key=found["instrument_key"]).data.values()
    )
    most = int(found["freeze_quantity"]) // found["lot_size"] * found["lot_size"]
    big = limit(
        instrument_token=found["instrument_key"], quantity=most * 2, price=round(ltp.last_price * 0.97, 0), slice=True
    )  # fmt: skip
    sandbox.post("/faults", {"broker": "upstox", "fault": "partial_success", "call": "place", "times": 1})
    answer = upstox_client.OrderApiV3(client).place_order(big, _preload_content=False)
    body = json.loads(answer.data)
    assert body["status"] == "partial_success"
    assert (len(body["data"]["order_ids"]), len(body["errors"])) == (1, 1)


# --- hours --------------------------------------------------------------------------------------------------


@pytest.fixture
def sunday() -> Iterator[Sandbox]:
    """Ten minutes before Monday, in the exchange's hours; Monday the 23rd is a trading day."""
    options = ["--clock", "step", "--start", SUNDAY_NIGHT]
    with Sandbox.start(flow=False, only=("upstox",), calendar=True, options=options) as running:
        yield running


def test_the_service_is_shut_between_midnight_and_half_past_five(sunday: Sandbox) -> None:
    sunday.patch(SWITCHES, {"service_hours": True})
    sunday.post("/clock", {"to": "2026-11-23T03:45:00+05:30"})
    user = new_user(sunday)
    client = client_for(user["base_url"], user["access_token"])
    orders, money = upstox_client.OrderApiV3(client), upstox_client.UserApi(client)
    assert refusal(lambda: orders.place_order(limit())) == (423, "UDAPI100074")
    assert refusal(lambda: money.get_user_fund_margin_v3()) == (423, "UDAPI100072")
    assert upstox_client.OrderApi(client).get_order_book(VERSION).data == []
    sunday.post("/clock", {"to": "2026-11-23T05:30:00+05:30"})
    assert money.get_user_fund_margin_v3().status == "success"


def test_a_token_dies_at_half_past_three(sunday: Sandbox) -> None:
    user = new_user(sunday)
    client = client_for(user["base_url"], user["access_token"])
    sunday.post("/clock", {"to": "2026-11-23T03:29:00+05:30"})
    assert upstox_client.UserApi(client).get_profile(VERSION).status == "success"
    sunday.post("/clock", {"to": "2026-11-23T03:30:00+05:30"})
    assert refusal(lambda: upstox_client.UserApi(client).get_profile(VERSION)) == (401, "UDAPI100050")


def test_an_order_after_hours_waits_for_the_morning(sunday: Sandbox) -> None:
    sunday.post("/clock", {"to": "2026-11-23T06:30:00+05:30"})
    user = new_user(sunday)
    client = client_for(user["base_url"], user["access_token"])
    orders, book = upstox_client.OrderApiV3(client), upstox_client.OrderApi(client)
    [kept] = orders.place_order(limit(is_amo=False)).data.order_ids  # the session decides, not the flag
    [dropped] = orders.place_order(limit(price=1440.0)).data.order_ids
    row = book.get_order_status(order_id=kept).data
    assert (row.status, row.variety, row.is_amo) == ("after market order req received", "AMO", True)
    change = upstox_client.ModifyOrderRequest(
        order_id=kept, quantity=8, validity="DAY", price=1452.0, order_type="LIMIT", trigger_price=0.0
    )
    orders.modify_order(change)
    assert book.get_order_status(order_id=kept).data.status == "modify after market order req received"
    orders.cancel_order(dropped)
    assert book.get_order_status(order_id=dropped).data.status == "cancelled after market order"
    sunday.post("/clock", {"to": "2026-11-23T09:20:00+05:30"})
    row = book.get_order_status(order_id=kept).data
    assert (row.status, row.quantity, row.price) == ("open", 8, 1452.0)


def test_the_day_is_told_in_upstox_words(sunday: Sandbox) -> None:
    words: list[tuple[str, str, str]] = []
    for clock in ("06:30", "09:01", "09:11", "10:00", "15:21", "15:45", "15:55", "16:05"):
        sunday.post("/clock", {"to": f"2026-11-23T{clock}:00+05:30"})
        user = sunday.post("/sessions", {"broker": "upstox"})
        days = upstox_client.MarketHolidaysAndTimingsApi(client_for(user["base_url"], user["access_token"]))
        answer = json.loads(days.get_market_status("NSE", _preload_content=False).data)["data"]
        words.append((clock, answer["status"], answer["cas_eligible_status"]["status"]))
    assert words == [
        ("06:30", "NORMAL_CLOSE", "NORMAL_CLOSE"),
        ("09:01", "PRE_OPEN_START", "PRE_OPEN_START"),
        ("09:11", "PRE_OPEN_END", "PRE_OPEN_END"),
        ("10:00", "NORMAL_OPEN", "NORMAL_OPEN"),
        ("15:21", "NORMAL_OPEN", "CTS_CLOSE"),
        ("15:45", "NORMAL_CLOSE", "NORMAL_CLOSE"),
        ("15:55", "CLOSING_START", "CLOSING_START"),
        ("16:05", "NORMAL_CLOSE", "NORMAL_CLOSE"),
    ]


# --- what takes time ----------------------------------------------------------------------------------------


def test_an_order_goes_through_its_stages_in_time(sandbox: Sandbox, client: Any) -> None:
    sandbox.patch(SWITCHES, {"pace": "realistic"})
    orders, book = upstox_client.OrderApiV3(client), upstox_client.OrderApi(client)
    [order_id] = orders.place_order(limit()).data.order_ids
    assert book.get_order_status(order_id=order_id).data.status == "put order req received"
    with pytest.raises(ApiException) as early:
        orders.cancel_order(order_id)
    assert code_of(early.value).startswith("UDAPI")
    sandbox.post("/clock", {"advance": 30})
    assert book.get_order_status(order_id=order_id).data.status == "open"
    orders.cancel_order(order_id)
    assert book.get_order_status(order_id=order_id).data.status == "cancel pending"
    sandbox.post("/clock", {"advance": 30})
    stages = [stage.status for stage in book.get_order_details(VERSION, order_id=order_id).data]
    assert stages == [
        "put order req received", "validation pending", "open pending", "open", "cancel pending", "cancelled",
    ]  # fmt: skip


def test_money_is_asked_for_after_the_answer(sandbox: Sandbox, client: Any) -> None:
    """An id is no promise: the risk desk says no later, in the book."""
    sandbox.patch(SWITCHES, {"pace": "realistic"})
    orders, book = upstox_client.OrderApiV3(client), upstox_client.OrderApi(client)
    [order_id] = orders.place_order(limit(quantity=5000)).data.order_ids
    assert book.get_order_status(order_id=order_id).data.status == "put order req received"
    sandbox.post("/clock", {"advance": 30})
    assert book.get_order_status(order_id=order_id).data.status == "rejected"


def test_a_change_acts_on_the_order_as_it_is_however_old_reads_are(
    sandbox: Sandbox, user: dict[str, Any], client: Any
) -> None:
    orders, book = upstox_client.OrderApiV3(client), upstox_client.OrderApi(client)
    [order_id] = orders.place_order(limit()).data.order_ids
    rule = {"broker": "upstox", "fault": "stale_reads", "account": user["user_id"], "seconds": 60}
    sandbox.post("/faults", rule)
    assert book.get_order_book(VERSION).data == []
    change = upstox_client.ModifyOrderRequest(
        order_id=order_id, quantity=12, validity="DAY", price=1451.0, order_type="LIMIT", trigger_price=0.0
    )
    assert orders.modify_order(change).status == "success"
    sandbox.delete("/faults?broker=upstox")
    assert book.get_order_status(order_id=order_id).data.quantity == 12


def test_before_april_2026_a_market_order_needed_no_protection(sandbox: Sandbox, client: Any) -> None:
    orders = upstox_client.OrderApiV3(client)
    plain = market(quantity=1, market_protection=0)
    assert refusal(lambda: orders.place_order(plain)) == (400, "UDAPI1158")
    sandbox.patch(SWITCHES, {"strictness": "legacy"})
    [order_id] = orders.place_order(plain).data.order_ids
    assert upstox_client.OrderApi(client).get_order_status(order_id=order_id).data.status == "complete"


def test_shares_on_the_brokers_money_are_carried(sandbox: Sandbox, client: Any) -> None:
    upstox_client.OrderApiV3(client).place_order(market(quantity=3, product="MTF"))
    portfolio = upstox_client.PortfolioApi(client)
    [today] = portfolio.get_mtf_positions().data
    assert (today.product, today.quantity, today.overnight_quantity) == ("MTF", 3, 0)
    assert portfolio.get_positions(VERSION).data == []
    sandbox.post("/settle")
    [carried] = portfolio.get_mtf_positions().data
    assert (carried.quantity, carried.overnight_quantity, carried.average_price) == (3, 3, today.buy_price)


def test_a_contract_that_expired_keeps_its_name_and_leaves_the_lists(sunday: Sandbox) -> None:
    """The Tuesday expiry of the 24th is a holiday: the contracts end on the Monday."""
    sunday.post("/clock", {"to": "2026-11-23T10:00:00+05:30"})
    session = sunday.post("/sessions", {"broker": "upstox", "user_id": "UPOPT", "cash": "1000000"})
    client = client_for(session["base_url"], session["access_token"])

    def options() -> list[Any]:
        found: list[Any] = upstox_client.OptionsApi(client).get_option_contracts("NSE_INDEX|Nifty 50").data
        return found

    nearest = min(options(), key=lambda one: (one.expiry, abs(one.strike_price - 26000)))
    assert f"{nearest.expiry:%Y-%m-%d}" == "2026-11-23"
    quotes = upstox_client.MarketQuoteV3Api(client)
    [quote] = quotes.get_full_market_quote_v3(instrument_key=nearest.instrument_key).data.values()
    # A limit: the exchange takes no market order in a contract that has not traded today.
    buy = limit(
        instrument_token=nearest.instrument_key, quantity=nearest.lot_size, price=quote.depth.sell[0].price
    )
    [order_id] = upstox_client.OrderApiV3(client).place_order(buy).data.order_ids
    bought = upstox_client.OrderApi(client).get_order_status(order_id=order_id).data
    assert bought.status == "complete", bought.status_message
    sunday.post("/clock", {"to": "2026-11-25T07:00:00+05:30"})
    again = sunday.post("/sessions", {"broker": "upstox", "user_id": "UPOPT"})
    client = client_for(session["base_url"], again["access_token"])
    assert min(f"{one.expiry:%Y-%m-%d}" for one in options()) > "2026-11-23"
    quotes = upstox_client.MarketQuoteV3Api(client)
    assert refusal(lambda: quotes.get_ltp(instrument_key=nearest.instrument_key)) == (400, "UDAPI1087")
    assert upstox_client.OrderApi(client).get_order_book(VERSION).data == []
    assert upstox_client.PortfolioApi(client).get_positions(VERSION).data == []
    report = upstox_client.PostTradeApi(client)
    [trade] = report.get_trades_by_date_range("2026-11-23", "2026-11-24", 1, 10, segment="FO").data
    assert (trade.symbol, trade.option_type, trade.expiry) == (
        bought.tradingsymbol,
        nearest.instrument_type,
        "2026-11-23",
    )
