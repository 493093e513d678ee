"""Exact amounts: rupees as Decimal, refused as float, sent as decimal text."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer


def exact(value: Any) -> Any:
    """Raises ValueError for a float: what it holds is not the amount that was written."""
    if isinstance(value, float | bool):
        raise ValueError('amounts are exact: give Decimal, int or text such as "1500.05", no float')
    return value


def as_text(value: Decimal) -> str:
    """Without an exponent, as the API reads it."""
    return format(value, "f")


Exact = Annotated[
    Decimal, BeforeValidator(exact), PlainSerializer(as_text, return_type=str, when_used="json")
]
Amount = Decimal | int | str


class Model(BaseModel):
    """What every model is: fields that a newer server adds to an answer are left out, not refused."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True, validate_assignment=True)
