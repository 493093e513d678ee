"""A refusal for where an order came from is told from every other no, in each broker's own words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from adapters.groww import wire as groww
from adapters.mock import wire as mock
from adapters.upstox import wire as upstox
from adapters.zerodha import wire as zerodha
from domain.errors import AccountRefused, AddressRefused, BrokerRejected

Write = Callable[[int, bytes], Any]


def kite(message: str) -> bytes:
    return json.dumps({"status": "error", "error_type": "PermissionException", "message": message}).encode()


def of_upstox(code: str) -> bytes:
    return json.dumps({"status": "error", "errors": [{"errorCode": code, "message": "no"}]}).encode()


def of_groww(status: int, content: bytes) -> Any:
    return groww.payload_of(status, content, write=True)


def words(message: str) -> bytes:
    return json.dumps({"status": "FAILURE", "error": {"code": "GA005", "message": message}}).encode()


def of_mock(code: str) -> bytes:
    return json.dumps({"error": {"code": code, "message": "no"}}).encode()


CASES: list[tuple[Write, int, bytes, bytes]] = [
    (
        zerodha.write_answer,
        403,
        kite("IP address is not allowed to place orders for this app."),
        kite("Insufficient permission for that call."),
    ),
    (zerodha.change_answer, 403, kite("No IPs configured for this app."), kite("Shipping is not allowed")),
    (upstox.written, 403, of_upstox("UDAPI1154"), of_upstox("UDAPI1156")),
    (
        of_groww,
        403,
        words("IP address 203.0.113.7 is not registered for order placement"),
        words("Not subscribed"),
    ),
    (mock.write_answer, 422, of_mock("ip_not_allowed"), of_mock("not_in_plan")),
]


@pytest.mark.parametrize(("write", "status", "refused", "other"), CASES)
def test_an_address_that_is_refused_is_told_from_every_other_no(
    write: Write, status: int, refused: bytes, other: bytes
) -> None:
    with pytest.raises(AddressRefused):
        write(status, refused)
    with pytest.raises(BrokerRejected) as no:
        write(status, other)
    assert not isinstance(no.value, AddressRefused)


FAULTS: list[tuple[Write, int, bytes, bool]] = [
    (zerodha.write_answer, 403, kite("Insufficient permission for that call."), True),
    (
        zerodha.write_answer,
        400,
        b'{"status": "error", "error_type": "MarginException", "message": "no"}',
        False,
    ),
    (zerodha.write_answer, 428, b'{"status": "error", "message": "needs authorisation"}', False),
    (upstox.written, 403, of_upstox("UDAPI1156"), True),
    (upstox.written, 401, of_upstox("UDAPI100067"), True),
    (upstox.written, 400, of_upstox("UDAPI1052"), False),
    (of_groww, 403, words("Not subscribed"), True),
    (of_groww, 400, b'{"status": "FAILURE", "error": {"code": "GA001", "message": "bad symbol"}}', False),
    (mock.write_answer, 422, of_mock("ip_not_allowed"), True),
    (mock.write_answer, 409, of_mock("insufficient_funds"), False),
]


@pytest.mark.parametrize(("write", "status", "content", "of_account"), FAULTS)
def test_a_no_to_the_account_is_told_from_a_no_to_the_order(
    write: Write, status: int, content: bytes, of_account: bool
) -> None:
    with pytest.raises(BrokerRejected) as no:
        write(status, content)
    assert isinstance(no.value, AccountRefused) == of_account
