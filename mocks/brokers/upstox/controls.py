"""The client's own controls at Upstox: registered addresses (static IPs) and the kill switch of each segment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.profile import IST
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.bodies import json_body, json_object
from mocks.brokers.upstox.desk import Desk, Topic
from mocks.brokers.upstox.wire import Problem

SEGMENTS = ("NSE_EQ", "BSE_EQ", "NSE_FO", "BSE_FO", "MCX_FO", "NCD_FO", "BCD_FO", "NSE_COM")
NAMES = ("primary_ip", "secondary_ip")
COOLING = timedelta(hours=12)  # a killed segment stays killed for so long


def routes(desk: Desk) -> list[Route]:
    addresses, kills = Addresses(desk), KillSwitch(desk)
    return [
        desk.route("/v2/user/ip", addresses.show, "GET", Topic.ACCOUNT),
        desk.route("/v2/user/ip", addresses.change, "PUT", Topic.ACCOUNT),
        desk.route("/v2/user/kill-switch", kills.show, "GET", Topic.ACCOUNT),
        desk.route("/v2/user/kill-switch", kills.change, "POST", Topic.ACCOUNT),
    ]


class Addresses:
    """A primary and a secondary address a client, each changed at most once a calendar week."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._changed: dict[tuple[str, str], datetime] = {}  # (user, one of NAMES)

    async def show(self, request: Request, user_id: str) -> Response:
        return wire.reply(self._row(user_id))

    async def change(self, request: Request, user_id: str) -> Response:
        """A change ends every session of the client."""
        body = await json_object(request)
        primary, secondary = _address(body, "primary_ip", required=True), _address(body, "secondary_ip")
        if primary == secondary:
            raise Problem("UDAPI1180", "The secondary IP must differ from the primary", "secondary_ip")
        before = self._registered(user_id)
        changed = [
            name for name, old, new in zip(NAMES, before, (primary, secondary), strict=True) if new != old
        ]
        now = self._desk.office.now()
        for name in changed:
            self._once_a_week(user_id, name, now)
        self._changed |= {(user_id, name): now for name in changed}
        switches = self._desk.switches
        addresses = {**switches.static_ips, user_id: tuple(filter(None, (primary, secondary)))}
        self._desk.office.switches = replace(switches, static_ips=addresses)
        if changed:
            self._desk.office.directory.expire_sessions(user_id)
        return wire.reply({**self._row(user_id), "access_tokens_invalidated": bool(changed)})

    def _registered(self, user_id: str) -> tuple[str, str]:
        """(primary, secondary), "" for none."""
        first, second = (*self._desk.switches.static_ips.get(user_id, ()), "", "")[:2]
        return first, second

    def _once_a_week(self, user_id: str, name: str, now: datetime) -> None:
        last = self._changed.get((user_id, name))
        if last is not None and _week(last) == _week(now):
            raise Problem("UDAPI1181", "The IP can be changed once in a calendar week", name)

    def _row(self, user_id: str) -> dict[str, Any]:
        addresses = dict(zip(NAMES, self._registered(user_id), strict=True))
        return {
            "user_id": user_id,
            **{name: address or None for name, address in addresses.items()},
            **{f"{name}_updated_at": wire.clock(self._changed.get((user_id, name))) for name in NAMES},
        }


def _week(at: datetime) -> tuple[int, int]:
    """Year and number of a week from Monday to Sunday in India."""
    return at.astimezone(IST).isocalendar()[:2]


def _address(body: dict[str, Any], name: str, *, required: bool = False) -> str:
    text = body.get(name)
    if text in (None, "") and not required:
        return ""
    try:
        return str(ip_address(str(text)))
    except ValueError as bad:
        raise Problem("UDAPI1179", f"The {name} is no IPv4 or IPv6 address", name, text) from bad


class KillSwitch:
    """Killed segments take no orders; the whole request is carried out or nothing of it."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._office, self._names = desk, desk.office, desk.names
        self._killed: dict[tuple[str, str], datetime] = {}

    async def show(self, request: Request, user_id: str) -> Response:
        return wire.reply(self._rows(user_id))

    def _rows(self, user_id: str) -> list[dict[str, Any]]:
        blocked = self._office.directory.user(user_id).blocked_segments
        return [
            {
                "segment": segment,
                "segment_status": "ACTIVE" if segment in wire.HERE else "INACTIVE",
                "kill_switch_enabled": wire.HERE.get(segment) in blocked,
            }
            for segment in SEGMENTS
        ]

    async def change(self, request: Request, user_id: str) -> Response:
        lines = await json_body(request)
        if not isinstance(lines, list) or not lines or not all(isinstance(line, dict) for line in lines):
            raise Problem("UDAPI1184", "At least one segment is required", "segment")
        asked = dict(self._asked(line) for line in lines)
        user = self._office.directory.user(user_id)
        blocked = set(user.blocked_segments)
        for segment, kill in asked.items():
            if kill and wire.HERE[segment] not in blocked:
                self._may_kill(user_id, segment)
            elif not kill and wire.HERE[segment] in blocked:
                self._may_revive(user_id, segment)
        for segment, kill in asked.items():
            if kill and wire.HERE[segment] not in blocked:
                blocked.add(wire.HERE[segment])
                self._killed[user_id, segment] = self._office.now()
            elif not kill:
                blocked.discard(wire.HERE[segment])
                self._killed.pop((user_id, segment), None)
        self._office.block_segments(user_id, blocked)  # cancels what is open there
        return wire.reply(self._rows(user_id))

    def _asked(self, line: dict[str, Any]) -> tuple[str, bool]:
        segment, action = line.get("segment"), line.get("action")
        if segment not in SEGMENTS or segment not in wire.HERE:
            raise Problem("UDAPI1184", "The segment is invalid or not active", "segment", segment)
        if action not in ("ENABLE", "DISABLE"):
            raise Problem("UDAPI1185", "The action is ENABLE or DISABLE", "action", action)
        return segment, action == "ENABLE"

    def _may_kill(self, user_id: str, segment: str) -> None:
        held = [one for one in self._office.positions(user_id) if one.quantity]
        if any(self._names.segment(one.key) == segment for one in held):
            raise Problem("UDAPI1186", "Close the open positions of the segment first", "segment", segment)

    def _may_revive(self, user_id: str, segment: str) -> None:
        since = self._killed.get((user_id, segment))
        if since is not None and self._office.now() < since + COOLING:
            until = wire.clock(since + COOLING)
            raise Problem("UDAPI1188", f"The kill switch can be lifted from {until}", "segment", segment)
