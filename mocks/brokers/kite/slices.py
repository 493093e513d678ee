"""Autoslice: an order above the freeze quantity as several orders, answered in one reply whatever became of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mocks.brokers.backoffice.iceberg import slices
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import OrderRequest
from mocks.brokers.backoffice.refusal import Refusal
from mocks.brokers.backoffice.switches import Strictness
from mocks.brokers.kite.reply import KiteError, bad_input, refused

SLICES = 10


def sliced(office: BackOffice, user_id: str, asked: OrderRequest, spend: Callable[[], None]) -> Any:
    """`data` of the reply: the parent's id and its children as the SDKs read it; the bare list of the older
    documentation when strictness is legacy. The parent is no order itself; an order that fits is placed as it is.
    `spend` counts one order into the day's limit."""
    quantities = _quantities(office, asked)
    if len(quantities) == 1:
        spend()
        return {"order_id": office.place(user_id, asked).order_id}
    parent = _parent_id(office)
    marked = {**asked.extra, "slice_of": parent}
    children = [
        _child(office, user_id, replace(asked, quantity=one, extra=dict(marked)), spend) for one in quantities
    ]
    if office.switches.strictness is Strictness.LEGACY:
        return children
    return {"order_id": parent, "children": children}


def _quantities(office: BackOffice, asked: OrderRequest) -> list[int]:
    found = slices(asked.quantity, office.instrument(asked.key))
    if len(found) > SLICES:
        raise bad_input(f"Quantity needs {len(found)} slices; at most {SLICES} are allowed.")
    return found


def _parent_id(office: BackOffice) -> str:
    """An id out of the orders' own row of numbers, which no order gets."""
    office.desk.blotter.order_count += 1
    return office.profile.order_id(office.desk.blotter.order_count, office.now())


def _child(
    office: BackOffice, user_id: str, asked: OrderRequest, spend: Callable[[], None]
) -> dict[str, Any]:
    try:
        spend()
        return {"order_id": office.place(user_id, asked).order_id}
    except Refusal as no:
        error = refused(no)
    except KiteError as no:
        error = no
    about = {"code": error.status, "error_type": error.error_type, "message": error.message, "data": None}
    return {"error": about}
