"""Personal tokens for programs that use the running product, made as a person makes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from domain.account import UserId
from orchestrator.config import Settings
from orchestrator.db import open_database
from orchestrator.tokens import repository, text
from orchestrator.tokens.policy_schemas import PolicyIn
from orchestrator.tokens.repository import Token
from tests.stories.product import Product, Trader


async def make_token(product: Product, trader: Trader, scopes: str = "read trade", **policy: Any) -> str:
    user = (await trader.call("GET", "/v1/users/me"))["id"]
    db = open_database(Settings(data=Path(product.environment["TRADEMASTER_DATA"])))
    written, token_id, hashed = text.make()
    now = datetime.now(UTC)
    token = Token(
        token_id,
        UserId(user),
        "p",
        hashed,
        None,
        None,
        scopes,
        PolicyIn.model_validate(policy).model_dump_json(),
        now,
        now + timedelta(days=1),
    )
    await db.write(lambda conn: repository.add(conn, token))
    await db.close()
    return written
