"""Every refusal of the back office has a status and a type that Kite documents, and words for a person."""

from __future__ import annotations

import pytest

from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.kite.reply import refused

# error_type: the statuses it comes with, by the documentation and the SDKs.
TYPES = {
    "TokenException": {403},
    "PermissionException": {403},
    "UserException": {403},
    "InputException": {400},
    "MarginException": {400},
    "HoldingException": {400, 428},
    "OrderException": {400, 500},
    "DataException": {502, 504},
    "NetworkException": {429, 503},
    "GeneralException": {404, 405, 500},
}


@pytest.mark.parametrize("code", list(Code))
def test_every_refusal_has_a_documented_type_and_status(code: Code) -> None:
    error = refused(Refusal(code, "No, because.", needs=200, has=100))
    assert error.status in TYPES[error.error_type]
    assert error.message


@pytest.mark.parametrize(
    ("code", "status", "error_type"),
    [
        (Code.INSUFFICIENT_FUNDS, 400, "MarginException"),
        (Code.INSUFFICIENT_HOLDINGS, 400, "HoldingException"),
        (Code.NEEDS_AUTHORISATION, 428, "HoldingException"),
        (Code.NO_SESSION, 403, "TokenException"),
        (Code.SESSION_EXPIRED, 403, "TokenException"),
        (Code.BAD_CODE, 403, "TokenException"),
        (Code.FREEZE, 400, "InputException"),
        (Code.BAND, 400, "InputException"),
        (Code.TOO_MANY_CHANGES, 429, "NetworkException"),
        (Code.UNKNOWN_ORDER, 404, "GeneralException"),
        (Code.BLOCKED, 403, "UserException"),
    ],
)
def test_the_refusals_that_clients_tell_apart(code: Code, status: int, error_type: str) -> None:
    error = refused(Refusal(code, "No, because.", needs=200, has=100))
    assert (error.status, error.error_type) == (status, error_type)


def test_too_little_money_is_said_in_kites_words() -> None:
    error = refused(Refusal(Code.INSUFFICIENT_FUNDS, "no", needs=9_541_784, has=7_425_180))
    assert error.message == (
        "Insufficient funds. Required margin is 95417.84 but available margin is 74251.80. "
        "Check the orderbook for open orders."
    )
