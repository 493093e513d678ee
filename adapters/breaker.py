"""The circuit breaker around one kind of a broker's calls, and its state in words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pybreaker

from domain.errors import BrokerRejected, SessionExpired


class _Opened(pybreaker.CircuitBreakerListener):
    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell

    def state_change(
        self, cb: pybreaker.CircuitBreaker, old_state: object, new_state: pybreaker.CircuitBreakerState
    ) -> None:
        if new_state.name == pybreaker.STATE_OPEN:
            self._tell()


def breaker(failures: int, reset: float, opened: Callable[[], None]) -> pybreaker.CircuitBreaker:
    """Opens after so many failures in a row, which `opened` is told, and lets one call try after `reset` seconds."""
    return pybreaker.CircuitBreaker(
        listeners=[_Opened(opened)],
        fail_max=failures,
        reset_timeout=reset,
        # A clear no is an answer: the broker is alive. Our own cancellation says nothing about it.
        exclude=[BrokerRejected, SessionExpired, asyncio.CancelledError],
        # Else the call that trips the breaker would lose its own error, and with it the unknown outcome.
        throw_new_error_on_trip=False,
    )


def doubt(one: pybreaker.CircuitBreaker) -> None:
    """Somebody else's has opened: the next call is a trial, whose failure opens this one at once."""
    if one.current_state == pybreaker.STATE_CLOSED:
        one.half_open()


def try_again(one: pybreaker.CircuitBreaker) -> None:
    """Whatever it was: the next call is a trial."""
    if one.current_state != pybreaker.STATE_HALF_OPEN:
        one.half_open()


def opened_at(one: pybreaker.CircuitBreaker) -> datetime | None:
    """Since when it is open, None while it is not."""
    return one._state_storage.opened_at if one.current_state == pybreaker.STATE_OPEN else None


def state_of(one: pybreaker.CircuitBreaker) -> str:
    """closed | open | half_open; pybreaker itself only notices the end of the pause at the next call."""
    if one.current_state != pybreaker.STATE_OPEN:
        return "closed" if one.current_state == pybreaker.STATE_CLOSED else "half_open"
    since = opened_at(one)
    if since and datetime.now(UTC) >= since + timedelta(seconds=one.reset_timeout):
        return "half_open"
    return "open"
