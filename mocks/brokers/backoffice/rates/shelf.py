"""The price list of each broker by its name; a broker without one has the plain list."""

from __future__ import annotations

from mocks.brokers.backoffice.rates import groww, kite, plain, upstox
from mocks.brokers.backoffice.tariff import Tariff

TARIFFS: dict[str, Tariff] = {"kite": kite.TARIFF, "upstox": upstox.TARIFF, "groww": groww.TARIFF}


def tariff_of(name: str) -> Tariff:
    return TARIFFS.get(name, plain.TARIFF)
