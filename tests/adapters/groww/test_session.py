"""Minting a token: what each answer means, and when the session ends."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from adapters.groww import session
from domain.calendar import IST
from domain.errors import BrokerError, BrokerRejected, BrokerUnavailable, OutcomeUnknown


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-11-20T05:59:59+05:30", "2026-11-20T06:00:00+05:30"),
        ("2026-11-20T06:00:00+05:30", "2026-11-21T06:00:00+05:30"),
        ("2026-11-20T23:30:00+00:00", "2026-11-21T06:00:00+05:30"),
    ],
)
def test_a_session_ends_at_the_next_six_in_the_morning(now: str, end: str) -> None:
    assert session.ends_at(datetime.fromisoformat(now)).isoformat() == end


def test_the_mints_answer_has_no_envelope_and_its_expiry_is_indian() -> None:
    body = {
        "token": "t",
        "tokenRefId": "r",
        "sessionName": "s",
        "expiry": "2026-11-21T06:00:00",
        "isActive": True,
    }
    assert session.minted(200, json.dumps(body).encode()) == ("t", datetime(2026, 11, 21, 6, tzinfo=IST))


@pytest.mark.parametrize("expiry", [None, "", "tomorrow"])
def test_an_expiry_that_cannot_be_read_leaves_the_documented_hour(expiry: str | None) -> None:
    assert session.minted(200, json.dumps({"token": "t", "expiry": expiry}).encode()) == ("t", None)


DISPLAYED = b'{"error":{"code":"GA001","displayMessage":"Invalid checksum"}}'


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (400, DISPLAYED, BrokerRejected),
        (401, b"", BrokerRejected),
        (403, b"{}", BrokerRejected),
        (429, b"slow down", BrokerUnavailable),
        (500, b"<html>", OutcomeUnknown),
        (200, b"{}", OutcomeUnknown),
        (200, b"[]", OutcomeUnknown),
    ],
)
def test_every_other_answer_has_its_meaning(status: int, content: bytes, kind: type[BrokerError]) -> None:
    with pytest.raises(kind):
        session.minted(status, content)


def test_the_message_meant_for_people_is_shown() -> None:
    with pytest.raises(BrokerRejected, match="Invalid checksum"):
        session.minted(400, DISPLAYED)
