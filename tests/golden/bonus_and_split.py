"""Two companies act in one night, on shares held at two brokers and two exchanges: one splits, one gives a bonus that
is in the accounts a trading day later. Until then no broker counts it, while the price is already the lower one.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from domain.account import BrokerId
from tests.golden.account import Account, consolidated
from tests.golden.table import lines, table

BROKERS = (BrokerId.ZERODHA, BrokerId.GROWW)
CLOSES = {"NSE:ADANIPOWER": "150", "NSE:MRF": "150000"}
PERSON: dict[str, Any] = {
    "holdings": [
        {"symbol": "NSE:ADANIPOWER", "quantity": 10, "average_price": "100"},
        {"symbol": "NSE:MRF", "quantity": 3, "average_price": "90000"},
    ]
}
ELSEWHERE = [
    {"symbol": "BSE:ADANIPOWER", "quantity": 7, "average_price": "120"},
    {"symbol": "BSE:MRF", "quantity": 5, "average_price": "100000"},
]
ANNOUNCED: tuple[dict[str, Any], ...] = (
    {"symbol": "NSE:ADANIPOWER", "kind": "split", "on": "2026-12-07", "new": 5},
    {"symbol": "BSE:MRF", "kind": "bonus", "on": "2026-12-07", "days": 1},
)


async def story(me: Account) -> AsyncGenerator[str, None]:
    other = await Account.opened(me.market, BrokerId.UPSTOX, holdings=ELSEWHERE)
    if not me.market.sandbox.get("/corporate-actions")["actions"]:  # once for all brokers
        for action in ANNOUNCED:
            me.market.sandbox.post("/corporate-actions", action)
    await other.buy("BSE:ADANIPOWER", 4, "151")  # the evening before is early enough for both
    await me.buy("NSE:MRF", 1, "151000")
    prices(me, adani="151", mrf="151000")
    assert await told(me, other) == expected("""
        ADANIPOWER upstox CNC 11 (4 T1, 4 bought)
        ADANIPOWER me CNC 10
        ADANIPOWER 21  cost 2444.00    worth 3171.00     pnl 727.00     day 17.00
        MRF upstox CNC 5
        MRF me CNC 4 (1 T1, 1 bought)
        MRF 9          cost 921000.00  worth 1359000.00  pnl 438000.00  day 8000.00
    """)
    yield "next day"
    await other.login()
    # The closes of 151 and 151000 count as 30.20 and 75500 now.
    prices(me, adani="31", mrf="76000")
    assert await told(me, other) == expected("""
        ADANIPOWER upstox CNC 55 (20 T1)
        ADANIPOWER me CNC 50
        ADANIPOWER 105  cost 2444.00    worth 3255.00    pnl 811.00      day 84.00
        MRF upstox CNC 5
        MRF me CNC 4 (1 T1)
        MRF 9           cost 921000.00  worth 684000.00  pnl -237000.00  day 4500.00
    """)
    yield "next day"
    await other.login()
    prices(me, adani="32", mrf="77000")
    assert await told(me, other) == expected("""
        ADANIPOWER upstox CNC 55
        ADANIPOWER me CNC 50
        ADANIPOWER 105  cost 2444.00    worth 3360.00     pnl 916.00     day 105.00
        MRF upstox CNC 10
        MRF me CNC 8
        MRF 18          cost 921000.00  worth 1386000.00  pnl 465000.00  day 18000.00
    """)
    await me.sell("NSE:MRF", 6, "77500")  # more than there were before: bonus shares may be sold
    await other.sell("BSE:ADANIPOWER", 55, "32.50")
    prices(me, adani="32.50", mrf="77500")
    assert await told(me, other) == expected("""
        ADANIPOWER CNC 50     cost 1000.00    worth 1625.00    pnl 625.00     day 75.00
        MRF upstox CNC 10
        MRF me CNC 2 (6 sold)
        MRF 12                cost 605250.00  worth 930000.00  pnl 324750.00  day 18000.00
        BSE:ADANIPOWER CNC 0  realised 343.50     open 0.00                   day 82.50
        NSE:MRF CNC 0         realised 149250.00  open 0.00                   day 9000.00
    """)
    yield "next day"
    await other.login()
    assert await told(me, other) == expected("""
        ADANIPOWER CNC 50  cost 1000.00    worth 1625.00    pnl 625.00     day 0.00
        MRF upstox CNC 10
        MRF me CNC 2
        MRF 12             cost 605250.00  worth 930000.00  pnl 324750.00  day 0.00
    """)
    await other.close()


def prices(me: Account, *, adani: str, mrf: str) -> None:
    """The same at both exchanges."""
    me.market.put(
        {"NSE:ADANIPOWER": adani, "BSE:ADANIPOWER": adani, "NSE:MRF": mrf, "BSE:MRF": mrf},
    )


async def told(me: Account, other: Account) -> list[str]:
    """In an order that does not hang on how the broker is called."""
    text = table(await consolidated(me, other))
    return sorted(text.replace(f" {me.broker_id} ", " me ").splitlines())


def expected(text: str) -> list[str]:
    return sorted(lines(text).splitlines())
