"""What an account may do at Upstox today, and from where: segments, token, registered addresses, leave to sell."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from adapters.broker import Authorisation, Capabilities
from adapters.upstox import wire
from adapters.upstox.calls import Calls
from adapters.upstox.terms import TERMS
from domain.errors import BrokerRejected, BrokerUnavailable, SessionExpired
from domain.instrument import Exchange, InstrumentId

WRONG_TOKEN = "UDAPI100067"  # a year-long token that only reads
NIFTY = "NSE_INDEX|Nifty 50"  # whoever sees prices sees this one
BY_HAND = (
    "Upstox takes the leave to sell in its own app alone: approve the sale there with the depository's PIN (TPIN) "
    "and the code it sends, then send the order again"
)


async def probe(calls: Calls) -> Capabilities:
    """Three cheap reads. Raises SessionExpired only when the profile does: one call's refusal is no dead session."""
    prices, killed = await asyncio.gather(_prices(calls), _killed(calls))
    try:
        profile = await calls.read("/v2/user/profile")
    except BrokerUnavailable:
        return Capabilities(market_data=prices)
    except BrokerRejected as refusal:
        return Capabilities(market_data=prices, orders=False if refusal.code == WRONG_TOKEN else None)
    with wire.understood("a profile"):
        named = {str(word) for word in profile["exchanges"]}
        active = profile.get("is_active") is not False
    exchanges = frozenset(one for one in TERMS.exchanges - killed if one.value in named)
    return Capabilities(market_data=prices, orders=active and bool(exchanges), exchanges=exchanges)


async def _prices(calls: Calls) -> bool | None:
    try:
        return bool(await calls.read("/v3/market-quote/ltp", {"instrument_key": NIFTY}))
    except BrokerUnavailable:
        return None
    except (BrokerRejected, SessionExpired):
        return False


async def _killed(calls: Calls) -> frozenset[Exchange]:
    """Segments that are switched off; none where Upstox does not tell."""
    try:
        rows = await calls.read("/v2/user/kill-switch")
    except (BrokerRejected, BrokerUnavailable, SessionExpired):
        return frozenset()
    with wire.understood("kill switches"):
        off = [row for row in rows if row["kill_switch_enabled"] or row["segment_status"] == "INACTIVE"]
        known = [wire.SEGMENTS.get(str(row["segment"])) for row in off]
        return frozenset(exchange for exchange in known if exchange)


async def addresses(calls: Calls) -> list[str] | None:
    """The addresses that orders are taken from, the primary first; none registered is an empty list, None where
    Upstox will not tell this token."""
    try:
        data = await calls.read("/v2/user/ip")
    except BrokerRejected:
        return None
    with wire.understood("registered addresses"):
        return [str(address) for address in (data["primary_ip"], data.get("secondary_ip")) if address]


async def authorisation(calls: Calls, needs: Mapping[InstrumentId, int]) -> Authorisation:
    """Words alone: no call of the API starts the depository's step. An account with a power of attorney needs none."""
    profile = await calls.read("/v2/user/profile")
    with wire.understood("a profile"):
        if profile.get("poa") is True or profile.get("ddpi") is True:
            return Authorisation(
                "", "This account has given its power of attorney (DDPI): no leave is needed"
            )
    shares = ", ".join(f"{quantity} {name.symbol}" for name, quantity in needs.items() if quantity > 0)
    return Authorisation("", f"{BY_HAND} ({shares})" if shares else BY_HAND)
