"""Fields of requests as Groww names them: words, quantities, prices and pages. Each says what is wrong as GA001."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from starlette.requests import Request

from mocks.brokers.groww.envelope import bad_request
from mocks.brokers.server import MOST_SHARES, paise

T = TypeVar("T")


def one_of(table: Mapping[str, T], body: Mapping[str, Any], field: str) -> T:
    found = table.get(str(body.get(field)))
    if found is None:
        raise bad_request(f"Invalid {field}: {body.get(field)}")
    return found


def quantity_of(body: Mapping[str, Any]) -> int:
    quantity = body.get("quantity")
    if not isinstance(quantity, int) or isinstance(quantity, bool) or not 0 < quantity <= MOST_SHARES:
        raise bad_request(f"Invalid quantity: {quantity}")
    return quantity


def price_of(body: Mapping[str, Any], field: str) -> int:
    value = body.get(field)
    if not isinstance(value, int | float | str) or isinstance(value, bool):
        raise bad_request(f"{field} is required for this order type")
    try:
        return paise(value)
    except ValueError as bad:
        raise bad_request(f"Invalid {field}: {value}") from bad


def page_of(
    request: Request, rows: list[T], default: int, cap: int, *, last_page: int | None = None
) -> list[T]:
    try:
        page = int(request.query_params.get("page", 0))
        size = int(request.query_params.get("page_size", default))
    except ValueError as bad:
        raise bad_request("page and page_size must be numbers") from bad
    if last_page is not None and page > last_page:
        raise bad_request(f"page must be at most {last_page}")
    if page < 0 or not 1 <= size <= cap:
        raise bad_request(f"page must not be negative, page_size must be between 1 and {cap}")
    return rows[page * size : (page + 1) * size]
