"""Leaving on the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from orchestrator.schemas import In, Out, Time


class LeaveIn(In):
    """Typed by the person, so that nobody leaves by a slip."""

    email: Annotated[str, Field(max_length=254, description="My own e-mail, as a confirmation.")]


class DepartureOut(Out):
    """`asked_at` null: nothing was asked. At `due_at` everything is forgotten but what is named in `kept`."""

    asked_at: Time | None
    due_at: Time | None
    days: Annotated[int, Field(description="So long it can be called off.")]
    years: Annotated[int, Field(description="So long the records of orders are kept afterwards.")]
    forgotten: list[str]
    kept: list[str]
    open_orders: Annotated[list[str], Field(description="Orders that must end before.")]
