"""A refusal in Kite's words: its error_type and status for each of our codes, one table. Pure.

The message is ours, with what would mend it: it names the limit, the clause or the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

INPUT, TOKEN, PERMISSION = "InputException", "TokenException", "PermissionException"
ORDER, MARGIN, HOLDING = "OrderException", "MarginException", "HoldingException"
NETWORK, GENERAL = "NetworkException", "GeneralException"

Meaning = tuple[int, str]  # HTTP status, error_type

# By our code first.
CODES: Mapping[str, Meaning] = {
    "margin_short": (400, MARGIN),
    "holdings_short": (400, HOLDING),
    "authorisation_needed": (428, HOLDING),
    "order_not_live": (400, ORDER),
    "cancel_asked": (400, ORDER),
    "change_under_way": (400, ORDER),
    "order_unclear": (400, ORDER),
    "held_twice": (400, ORDER),
    "below_filled": (400, ORDER),
    "nothing_to_change": (400, ORDER),
    "broker_rejected": (400, ORDER),
    "token_policy": (403, PERMISSION),
    "kill_switch": (403, PERMISSION),
}
# Then by the status of the answer.
STATUSES: Mapping[int, Meaning] = {
    401: (403, TOKEN),
    403: (403, PERMISSION),
    404: (404, GENERAL),
    405: (405, GENERAL),
    410: (410, GENERAL),
    429: (429, NETWORK),
    500: (500, GENERAL),
    502: (502, NETWORK),
    503: (503, NETWORK),
    504: (504, NETWORK),
}
OTHERWISE: Meaning = (400, INPUT)  # 400, 409, 413, 422 and their kin: what was asked cannot be done so


def meaning(status: int, code: str) -> Meaning:
    """How Kite calls a problem of this status and code. A 5xx stays one: nobody is to take it for a refusal."""
    if (known := CODES.get(code)) is not None:
        return known
    if (known := STATUSES.get(status)) is not None:
        return known
    return (500, GENERAL) if status >= 500 else OTHERWISE


def told(status: int, problem: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    """The status and the body of Kite's error for one of our problems."""
    kite_status, error_type = meaning(status, str(problem.get("code", "")))
    detail, fix = str(problem.get("detail") or problem.get("title") or "refused"), problem.get("fix")
    message = detail if not fix or str(fix) in detail else f"{detail.rstrip('.')}. {_sentence(str(fix))}"
    return kite_status, {"status": "error", "message": message, "data": None, "error_type": error_type}


def _sentence(text: str) -> str:
    whole = text[:1].upper() + text[1:]
    return whole if whole.endswith((".", "!", "?")) else f"{whole}."
