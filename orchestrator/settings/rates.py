"""How often somebody may call: `10/second;400/minute`, or nothing for no limit."""

from __future__ import annotations

from typing import Annotated

from limits import parse_many
from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings


def _rates(text: str) -> str:
    try:
        return text if not text.strip() or parse_many(text) else ""
    except ValueError:
        raise ValueError("write rates as 10/second;400/minute, or nothing for no limit") from None


Rate = Annotated[str, AfterValidator(_rates)]


class Rates(BaseSettings):
    rate_address: Rate = Field(
        "18000/minute", description="Requests of one address, whatever they are; counted in each process."
    )
    rate_logins: Rate = Field(
        "300/minute", description="Requests of one address that prove who someone is, right or wrong."
    )
    rate_reads: Rate = Field("3000/minute", description="Questions of one user; a token has half of it.")
    rate_writes: Rate = Field(
        "600/minute", description="Changes of one user that are no orders; a token has half of it."
    )
    rate_orders: Rate = Field(
        "10/second;300/minute",
        description="Orders and changes of orders of one user; a token has half of it. Brokers take 10 in a second.",
    )
    rate_exits: Rate = Field(
        "20/second;600/minute",
        description="Cancels, exits and kill switches of one user, beside everything else; a token has half of it.",
    )
