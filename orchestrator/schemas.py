"""How exact values look in JSON: money as decimal strings of rupees, times as RFC 3339 in IST."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    field_validator,
)

from domain.calendar import IST
from domain.money import Money, Price

DECIMAL_TEXT = r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"  # taken
EXACT_TEXT = r"^-?[0-9]+(\.[0-9]+)?$"  # given: a line of charges has as many digits as its rate has
DIGITS = 15


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError('amounts are decimal strings of rupees, for example "1500.00"')
    text = str(value).strip()
    whole, dot, fraction = text.removeprefix("-").partition(".")
    digits = whole.isascii() and whole.isdigit() and (not dot or (fraction.isascii() and fraction.isdigit()))
    if not digits or len(whole) > DIGITS or len(fraction) > 6:
        raise ValueError('amounts are decimal strings of rupees, for example "1500.00"')
    return Decimal(text)


def _money(value: Any) -> Money:
    return value if isinstance(value, Money) else Money(_decimal(value))


def _price(value: Any) -> Price:
    return value if isinstance(value, Price) else Price(_decimal(value))


def in_ist(moment: datetime) -> str:
    """RFC 3339 with +05:30, to the millisecond."""
    return moment.astimezone(IST).isoformat(timespec="milliseconds")


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("that is out of all reach") from error


def _schema(pattern: str, example: str) -> dict[str, Any]:
    return {"type": "string", "format": "decimal", "pattern": pattern, "examples": [example]}


MoneyText = Annotated[
    Money,
    PlainValidator(_money),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(_schema(DECIMAL_TEXT, "1500.00"), mode="validation"),
    WithJsonSchema(_schema(EXACT_TEXT, "1500.00"), mode="serialization"),
]
PriceText = Annotated[
    Price,
    PlainValidator(_price),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(_schema(DECIMAL_TEXT, "1512.35"), mode="validation"),
    WithJsonSchema(_schema(EXACT_TEXT, "1512.35"), mode="serialization"),
]
Time = Annotated[
    AwareDatetime,
    PlainSerializer(in_ist, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
AskedTime = Annotated[AwareDatetime, AfterValidator(_in_utc)]  # of a question: a database can compare with it


class In(BaseModel):
    """A request body: unknown fields are refused, so a misspelt one is never silently ignored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _without_nul(cls, value: Any) -> Any:
        match value:
            case dict():
                texts = [*value, *value.values()]
            case list():
                texts = value
            case _:
                texts = [value]
        if any(isinstance(text, str) and "\0" in text for text in texts):
            raise ValueError("text has no NUL characters")
        return value


class Out(BaseModel):
    """A response: every field is always there, null where nothing is known."""

    model_config = ConfigDict(from_attributes=True, json_schema_serialization_defaults_required=True)
