"""Logins, codes, sessions and what survives a restart."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson
import pyotp
import pytest

from mocks import seed
from mocks.brokers.backoffice import snapshot
from mocks.brokers.backoffice.accounts import App
from mocks.brokers.backoffice.orders import Stage
from mocks.brokers.backoffice.profile import IST, next_time_of_day
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.exchange.model import OrderType
from tests.mocks.backoffice.desk import INFY, START, USER, Desk, stages


def saved(desk: Desk) -> dict[str, Any]:
    """The snapshot as it comes back from the disk."""
    data: dict[str, Any] = orjson.loads(orjson.dumps(snapshot.dump(desk.office)))
    return data


def code_of(no: pytest.ExceptionInfo[Refusal]) -> Code:
    return no.value.code


def test_sessions_end_at_the_next_six_in_the_morning() -> None:
    assert next_time_of_day(START, 6) == datetime(2026, 11, 21, 6, tzinfo=IST)
    early = datetime(2026, 11, 20, 3, 29, tzinfo=IST)
    assert next_time_of_day(early, 3, 30) == datetime(2026, 11, 20, 3, 30, tzinfo=IST)
    assert next_time_of_day(early + timedelta(minutes=1), 3, 30) == datetime(2026, 11, 21, 3, 30, tzinfo=IST)


def test_the_login_takes_password_and_pin_or_totp() -> None:
    desk = Desk()
    directory = desk.office.directory
    now_code = pyotp.TOTP(desk.user.totp_secret).at(desk.office.now())
    assert directory.authenticate(USER, "sandbox", "123456") is desk.user
    assert directory.authenticate(USER, "sandbox", now_code) is desk.user
    for user_id, password, pin in [
        (USER, "wrong", "123456"),
        (USER, "sandbox", "1"),
        ("X", "sandbox", "123456"),
    ]:
        with pytest.raises(Refusal) as no:
            directory.authenticate(user_id, password, pin)
        assert code_of(no) is Code.BAD_LOGIN


def test_a_login_code_works_once_in_time_and_for_its_app() -> None:
    desk = Desk()
    directory = desk.office.directory
    code = directory.issue_code(USER, seed.DEMO_KEY, "http://127.0.0.1/cb")
    assert directory.redeem_code(code, seed.DEMO_KEY, "http://127.0.0.1/cb") is desk.user
    stale = directory.issue_code(USER, seed.DEMO_KEY, seconds=60)
    foreign = directory.issue_code(USER, seed.DEMO_KEY)
    elsewhere = directory.issue_code(USER, seed.DEMO_KEY, "http://127.0.0.1/cb")
    desk.wait(61)
    for used, key, url in [
        (code, seed.DEMO_KEY, None),
        (stale, seed.DEMO_KEY, None),
        (foreign, "other", None),
        (elsewhere, seed.DEMO_KEY, "http://127.0.0.1/other"),
    ]:
        with pytest.raises(Refusal) as no:
            directory.redeem_code(used, key, url)
        assert code_of(no) is Code.BAD_CODE


def test_a_session_can_expire_on_demand() -> None:
    desk = Desk()
    directory = desk.office.directory
    session = directory.open_session(USER, seed.DEMO_KEY)
    assert directory.session(session.access_token) is session
    assert directory.expire_sessions(USER) == 1
    with pytest.raises(Refusal) as no:
        directory.session(session.access_token)
    assert code_of(no) is Code.SESSION_EXPIRED
    with pytest.raises(Refusal) as no:
        directory.session("never")
    assert code_of(no) is Code.NO_SESSION


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:8000/cb", True),
        ("http://localhost/cb", True),
        ("http://[::1]:9/cb", True),
        ("https://127.0.0.1.evil.test/cb", False),
        ("http://example.test/cb", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_the_open_demo_app_redirects_to_loopback_only(url: str, allowed: bool) -> None:
    assert App("k", "s").redirect_allowed(url) is allowed


def test_a_registered_redirect_is_the_only_one() -> None:
    app = App("k", "s", redirect_url="https://app.test/cb")
    assert app.redirect_allowed("https://app.test/cb")
    assert not app.redirect_allowed("http://127.0.0.1/cb")


def test_everything_but_login_codes_survives_a_restart() -> None:
    before = Desk()
    before.office.set_holding(USER, INFY, 50, 1400_25, t1=3)
    session = before.office.directory.open_session(USER, seed.DEMO_KEY, refresh=True)
    filled = before.place("BUY 5 NSE:INFY MIS MARKET", tag="one", extra={"variety": "regular"})
    resting = before.place("BUY 10 NSE:INFY CNC LIMIT 1450", tag="two")
    stop = before.place("SELL 5 NSE:INFY MIS SL-M 1480")
    data = saved(before)

    after = Desk()
    after.office.reset()
    snapshot.load(after.office, data)
    assert saved(after)["users"][0]["holdings"] == data["users"][0]["holdings"]
    assert after.office.funds(USER).cash == before.office.funds(USER).cash
    assert after.available == before.available
    assert after.office.directory.session(session.access_token).refresh_token == session.refresh_token
    again = {order.order_id: order for order in after.office.orders(USER)}
    assert again[filled.order_id].fills == filled.fills
    assert again[filled.order_id].request.extra == {"variety": "regular"}
    assert stages(again[resting.order_id]) == stages(resting)
    assert again[stop.order_id].stage is Stage.TRIGGER_PENDING
    assert again[stop.order_id].type is OrderType.SL_M


def test_an_order_of_before_the_restart_still_trades_and_cancels() -> None:
    before = Desk()
    one = before.place("BUY 10 NSE:INFY CNC LIMIT 1450", tag="two")
    two = before.place("BUY 10 NSE:INFY CNC LIMIT 1440")
    after = Desk()
    after.office.reset()
    snapshot.load(after.office, saved(before))
    after.office.cancel(USER, two.order_id)
    after.exchange.set_price(INFY, 1445_00)
    (again,) = after.office.orders_by_tag(USER, "two")
    assert again.stage is Stage.COMPLETE
    assert again.exchange_order_id == one.exchange_order_id
    assert after.office.order(USER, two.order_id).stage is Stage.CANCELLED
    assert after.place("BUY 10 NSE:INFY CNC LIMIT 1440").order_id not in (one.order_id, two.order_id)


def test_an_unknown_snapshot_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format"):
        snapshot.load(Desk().office, {"format": 99})
