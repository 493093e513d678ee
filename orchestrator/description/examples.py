"""Examples for the description of the API, made from the forms themselves: always of the form, with values one meets.

A field is shown by its own example, else by its name (`NAMED`), else by its type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

REFERENCE = "#/components/schemas/"
MOMENT = "2026-11-23T10:30:00.000+05:30"

NAMED: Mapping[str, Any] = {
    "id": "ord_01m80j73xa49pn1ghwnsx2na6h",
    "order": "ord_01m80j73xa49pn1ghwnsx2na6h",
    "order_id": "ord_01m80j73xa49pn1ghwnsx2na6h",
    "account": "acc_01m80hz5vq8x0e4gk2w7n3t9cd",
    "account_id": "acc_01m80hz5vq8x0e4gk2w7n3t9cd",
    "account_label": "Zerodha",
    "label": "Zerodha",
    "symbol": "INFY",
    "symbols": "NSE:INFY",
    "trading_symbol": "INFY",
    "instrument": "NSE:INFY",
    "underlying": "NIFTY",
    "isin": "INE009A01021",
    "name": "Infosys",
    "email": "asha@example.com",
    "password": "river-lamp-otter-92",
    "current": "river-lamp-otter-92",
    "new": "quiet-amber-train-17",
    "totp": "492039",
    "code": "492039",
    "access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c3JfMSJ9.c2lnbmF0dXJl",
    "token_type": "bearer",
    "ceremony": "cer_01m80j73xa49pn1ghwnsx2na6h",
    "expires_in": 900,
    "quantity": 10,
    "filled_quantity": 10,
    "broker_order_id": "251123000012345",
    "tag": "tm7k2m9q",
    "hash": "9f2c41d07be8a3655c10" + "0" * 44,
    "plan_hash": "9f2c41d07be8a3655c10" + "0" * 44,
    "summary": "10 INFY at Zerodha for 23.41 of charges, the cheapest of 3.",
    "message": "This plan has the lowest all-in charges.",
    "policy": "cheapest",
    "percent": "1.25",
    "change_percent": "1.25",
    "pnl_percent": "4.20",
    "day_change_percent": "0.67",
    "threshold": "1600.00",
    "address": "203.0.113.7",
    "proxy": "http://user:password@proxy.example.com:3128",
    "url": "https://trade.example.com/hooks/zerodha/9f2c41d07be8",
    "status": "FILLED",
    "state": "connected",
    "order_type": "LIMIT",
    "kind": "plan",
    "validity": "DAY",
    "interval": "1d",
    "broker": "zerodha",
    "source": "zerodha",
    "lot": 1,
    "slice": 1,
    "number": 1,
    "orders": 3,
    "volume": 1250000,
    "page": 1,
    "limit": 50,
    "total": 1,
    "words": "",
    "note": "",
    "text": "Bought 10 INFY at 1,512.35.",
    "title": "Filled",
    "device": "Firefox on Linux",
    "place_ms_p50": 84,
    "latency_ms": 84,
    "year": 2026,
}

# Of what may be left out, this is shown.
TELLING = frozenset({"price", "quantity", "account", "totp", "name", "threshold"})


class Examples:
    """`schemas` are the components of the description."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas

    def of(self, schema: Mapping[str, Any], name: str = "", inside: tuple[str, ...] = ()) -> Any:
        """A value of this form. A form inside itself ends as null or an empty list."""
        if "$ref" in schema:
            target = str(schema["$ref"]).removeprefix(REFERENCE)
            return None if target in inside else self.of(self._schemas[target], name, (*inside, target))
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return NAMED[name] if NAMED.get(name) in schema["enum"] else schema["enum"][0]
        for choices in ("anyOf", "oneOf", "allOf"):
            if choices in schema:
                return self._chosen(schema[choices], name, inside)
        if schema.get("examples"):
            return schema["examples"][0]
        match schema.get("type"):
            case "object":
                return self._object(schema, inside)
            case "array":
                return self._array(schema, name, inside)
            case _:
                return self._plain(schema, name)

    def _chosen(self, choices: list[Mapping[str, Any]], name: str, inside: tuple[str, ...]) -> Any:
        other = next(one for one in choices if one.get("type") != "null")
        unsaid = other.get("type") in ("string", "integer", "number") and not _said(name, other)
        return None if unsaid and len(choices) > 1 else self.of(other, name, inside)

    def _object(self, schema: Mapping[str, Any], inside: tuple[str, ...]) -> dict[str, Any]:
        fields = schema.get("properties", {})
        required = schema.get("required", list(fields))
        shown = [one for one in fields if one in required or one in TELLING] or list(fields)[:1]
        return {one: self.of(fields[one], one, inside) for one in shown}

    def _array(self, schema: Mapping[str, Any], name: str, inside: tuple[str, ...]) -> list[Any]:
        items = schema.get("items", {})
        if str(items.get("$ref", "")).removeprefix(REFERENCE) in inside:
            return []
        return [self.of(items, name, inside)] * max(1, int(schema.get("minItems", 1)))

    def _plain(self, schema: Mapping[str, Any], name: str) -> Any:
        kind, form = schema.get("type"), schema.get("format")
        if "default" in schema and schema["default"] is not None:
            return schema["default"]
        match kind, form:
            case "string", "date-time":
                return MOMENT
            case "string", "date":
                return MOMENT[:10]
            case "string", "decimal":
                return NAMED.get(name, "1500.00")
            case "string", "email":
                return NAMED["email"]
            case "string", _:
                said = NAMED.get(name)
                return said if isinstance(said, str) else "text".ljust(int(schema.get("minLength", 0)), "-")
            case "integer", _:
                said = NAMED.get(name)
                least = int(schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1))
                return said if isinstance(said, int) else least
            case "number", _:
                return 0.5
            case "boolean", _:
                return False
            case _:
                return None


def _said(name: str, schema: Mapping[str, Any]) -> bool:
    """Whether there is a value to show, where null may stand."""
    return name in NAMED or "examples" in schema or schema.get("format") in ("date-time", "date")
