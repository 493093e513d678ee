"""What companies do to their shares: corporate actions announced over the control API or by a file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.mock import wire
from mocks.brokers.server import json_reply
from mocks.control.world import Input, Problem, Routes, World, body, paise
from mocks.exchange.actions import USUAL_DAYS, Action, ActionKind

MOST_ACTIONS = 1000


class ActionIn(Input):
    """`new` for `old` of a split, `new` more for each `old` of a bonus, `amount` rupees a share of a dividend. `days`:
    trading days from the ex-date until it is in the account; without it what is usual."""

    symbol: str
    kind: ActionKind
    on: date
    new: int = Field(default=1, ge=1, le=1000)
    old: int = Field(default=1, ge=1, le=1000)
    amount: Decimal = Field(default=Decimal(0), ge=0)
    days: int | None = Field(default=None, ge=0, le=60)


class ActionsIn(Input):
    actions: list[ActionIn] = Field(max_length=MOST_ACTIONS)


class Companies:
    def __init__(self, world: World) -> None:
        self._exchange = world.exchange

    def routes(self) -> Routes:
        return [
            ("GET", "/corporate-actions", self.show),
            ("POST", "/corporate-actions", self.announce),
        ]

    async def show(self, request: Request) -> Response:
        """Announced and past."""
        return json_reply({"actions": [_shown(one) for one in self._exchange.actions]})

    async def announce(self, request: Request) -> Response:
        action = action_of(await body(request, ActionIn))
        try:
            self._exchange.announce(action)
        except KeyError as unknown:
            raise Problem(404, "unknown_instrument", f"Unknown symbol {action.key}", "symbol") from unknown
        except ValueError as bad:
            raise Problem(422, "bad_action", str(bad)) from bad
        return json_reply(_shown(action), 201)


def action_of(asked: ActionIn) -> Action:
    return Action(
        asked.symbol,
        asked.kind,
        asked.on,
        asked.new,
        asked.old,
        paise(asked.amount, "amount"),
        USUAL_DAYS[asked.kind] if asked.days is None else asked.days,
    )


def read_actions(data: bytes) -> list[Action]:
    """A file: `{"actions": [...]}`, each as the control API takes it. Raises ValueError in words for a person."""
    try:
        return [action_of(one) for one in ActionsIn.model_validate_json(data).actions]
    except ValidationError as bad:
        first = bad.errors()[0]
        raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from bad
    except Problem as bad:
        raise ValueError(bad.error["message"]) from bad


def _shown(action: Action) -> dict[str, Any]:
    return {
        "symbol": action.key,
        "kind": action.kind.value,
        "on": action.on.isoformat(),
        "new": action.new,
        "old": action.old,
        "amount": wire.money(action.amount),
        "days": action.days,
    }
