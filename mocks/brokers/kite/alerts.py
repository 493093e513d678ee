"""Kite's alert calls: create, list, change, delete, and the history of what fired."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.refusal import Refusal
from mocks.brokers.kite.alert_watch import OPERATORS, Alert, AlertWatch
from mocks.brokers.kite.fields import required
from mocks.brokers.kite.intake import Intake
from mocks.brokers.kite.market import full
from mocks.brokers.kite.reply import GENERAL, KiteError, bad_input, form, refused, stamp, success
from mocks.brokers.kite.tokens import Tokens
from mocks.brokers.server import paise, rupees

ACTIVE_LIMIT = 500
ATTRIBUTE = "LastTradedPrice"
STATUSES = ("enabled", "disabled", "deleted")
SIDE_FIELDS = ("exchange", "tradingsymbol", "attribute")


class Alerts:
    def __init__(self, office: BackOffice, tokens: Tokens) -> None:
        self._office, self._tokens = office, tokens
        self._intake = Intake(office)
        self._watch = AlertWatch(office, self._market, self._order)

    async def create(self, request: Request, session: Session) -> Response:
        alert = self._asked(await form(request), session)
        mine = self._watch.by_user.get(session.user_id, {}).values()
        if sum(one.status == "enabled" for one in mine) >= ACTIVE_LIMIT:
            raise bad_input(f"At most {ACTIVE_LIMIT} alerts can be active.")
        alert.uuid = self._watch.next_uuid(session.user_id)
        self._watch.add(alert)
        return success(self._row(alert))

    async def all(self, request: Request, session: Session) -> Response:
        """Oldest first; deleted ones when asked for by status."""
        query = request.query_params
        status, page, size = query.get("status", ""), query.get("page", "1"), query.get("page_size", "500")
        if status and status not in STATUSES:
            raise bad_input("Invalid `status`.")
        if not (page.isdecimal() and size.isdecimal() and int(page) > 0 and int(size) > 0):
            raise bad_input("Invalid `page` or `page_size`.")
        found = [
            one
            for one in self._watch.by_user.get(session.user_id, {}).values()
            if (one.status == status if status else one.status != "deleted")
        ]
        start = (int(page) - 1) * int(size)
        return success([self._row(one) for one in found[start : start + int(size)]])

    async def one(self, request: Request, session: Session) -> Response:
        return success(self._row(self._found(request.path_params["uuid"], session)))

    async def modify(self, request: Request, session: Session) -> Response:
        alert = self._found(request.path_params["uuid"], session)
        if alert.status == "deleted":
            raise bad_input("The alert was deleted.")
        self._watch.changed(alert, self._asked(await form(request), session))
        return success(self._row(alert))

    async def delete(self, request: Request, session: Session) -> Response:
        uuids = request.query_params.getlist("uuid")
        if not uuids:
            raise bad_input("Missing or empty field `uuid`")
        for alert in [self._found(uuid, session) for uuid in uuids]:
            self._watch.end(alert, "deleted")
        return success(None)

    async def history(self, request: Request, session: Session) -> Response:
        """Newest first."""
        alert = self._found(request.path_params["uuid"], session)
        return success(
            [
                {
                    "uuid": alert.uuid,
                    "type": alert.fields["type"],
                    "meta": firing.market,
                    "condition": alert.condition,
                    "created_at": stamp(firing.at),
                    "order_meta": firing.orders,
                }
                for firing in reversed(alert.firings)
            ]
        )

    def _found(self, uuid: str, session: Session) -> Alert:
        found = self._watch.by_user.get(session.user_id, {}).get(uuid)
        if found is None:
            raise KiteError(404, GENERAL, "Alert not found.")
        return found

    # --- what a client asks

    def _asked(self, fields: dict[str, str], session: Session) -> Alert:
        kept = {name: required(fields, name) for name in ("name", "type", "operator", "rhs_type")}
        if kept["type"] not in ("simple", "ato"):
            raise bad_input("Invalid `type`.")
        if kept["operator"] not in OPERATORS:
            raise bad_input("Invalid `operator`.")
        left, right, constant = self._side(fields, "lhs", kept), "", 0
        match kept["rhs_type"]:
            case "constant":
                kept["rhs_constant"] = required(fields, "rhs_constant")
                try:
                    constant = paise(kept["rhs_constant"])
                except ValueError:
                    raise bad_input("Invalid `rhs_constant`.") from None
            case "instrument":
                right = self._side(fields, "rhs", kept)
            case _:
                raise bad_input("Invalid `rhs_type`.")
        basket, forms = self._basket(fields, session) if kept["type"] == "ato" else (None, [])
        now = self._office.now()
        return Alert(
            "", session.user_id, session.api_key, kept, left, right, constant, forms, basket, now, now
        )

    def _side(self, fields: dict[str, str], prefix: str, kept: dict[str, str]) -> str:
        """The key behind exchange and symbol; INDICES is where Kite lists every index."""
        for name in SIDE_FIELDS:
            kept[f"{prefix}_{name}"] = required(fields, f"{prefix}_{name}")
        if kept[f"{prefix}_attribute"] != ATTRIBUTE:
            raise bad_input(f"Invalid `{prefix}_attribute`.")
        exchange, symbol = kept[f"{prefix}_exchange"], kept[f"{prefix}_tradingsymbol"]
        homes = ("NSE", "BSE") if exchange == "INDICES" else (exchange,)
        for home in homes:
            if self._tokens.named(f"{home}:{symbol}"):
                return f"{home}:{symbol}"
        raise bad_input(f"Invalid `{prefix}_tradingsymbol`.")

    def _basket(
        self, fields: dict[str, str], session: Session
    ) -> tuple[dict[str, Any], list[dict[str, str]]]:
        """The basket as it is shown, and the order form of each item, which must be a sound order now."""
        try:
            basket = orjson.loads(required(fields, "basket"))
            items = [(item, item["params"]) for item in basket["items"]]
            forms = [
                {
                    str(name): str(value)
                    for name, value in params.items()
                    if isinstance(value, str | int | float)
                }
                | {"exchange": str(item["exchange"]), "tradingsymbol": str(item["tradingsymbol"])}
                for item, params in items
            ]
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            raise bad_input("Invalid `basket`.") from None
        if not forms:
            raise bad_input("Invalid `basket`. It has no orders.")
        for number, (order, (item, _)) in enumerate(zip(forms, items, strict=True), 1):
            asked = self._intake.request(order.get("variety", "regular"), order, session.api_key)
            item |= {"id": number, "instrument_token": self._tokens.by_key.get(asked.key, 0)}
        return basket, forms

    # --- what fired

    def _order(self, alert: Alert, order: dict[str, str]) -> dict[str, Any]:
        """Place one order of a basket; a refusal is its result."""
        try:
            asked = self._intake.request(order.get("variety", "regular"), order, alert.api_key)
            placed = self._office.place(alert.user_id, asked)
        except (Refusal, KiteError) as no:
            error = refused(no) if isinstance(no, Refusal) else no
            return {"order_id": "", "status": "failed", "rejection_reason": error.message}
        return {"order_id": placed.order_id, "status": "success", "rejection_reason": ""}

    def _market(self, key: str) -> dict[str, Any]:
        exchange, symbol = key.split(":", 1)
        shown = full(self._tokens.by_key[key], self._office.exchange.quote(key))
        del shown["depth"]
        return {"exchange": exchange, "tradingsymbol": symbol, "volume_tick": shown["last_quantity"], **shown}

    def _row(self, alert: Alert) -> dict[str, Any]:
        fields = alert.fields
        shown: dict[str, Any] = {
            "type": fields["type"],
            "user_id": alert.user_id,
            "uuid": alert.uuid,
            "name": fields["name"],
            "status": alert.status,
            "disabled_reason": alert.disabled_reason,
            "lhs_attribute": fields["lhs_attribute"],
            "lhs_exchange": fields["lhs_exchange"],
            "lhs_tradingsymbol": fields["lhs_tradingsymbol"],
            "operator": fields["operator"],
            "rhs_type": fields["rhs_type"],
            "rhs_attribute": fields.get("rhs_attribute", ""),
            "rhs_exchange": fields.get("rhs_exchange", ""),
            "rhs_tradingsymbol": fields.get("rhs_tradingsymbol", ""),
            "rhs_constant": rupees(alert.constant),
            "alert_count": len(alert.firings),
            "created_at": stamp(alert.created_at),
            "updated_at": stamp(alert.updated_at),
        }
        return shown if alert.basket is None else shown | {"basket": alert.basket}
