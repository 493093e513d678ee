"""Faults and switches: what is broken, what is enforced, and the log of what happened."""

from __future__ import annotations

from dataclasses import asdict, replace
from ipaddress import ip_address
from typing import Any

from pydantic import field_validator
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from mocks.brokers.backoffice.switches import Pace, Plan, Strictness, strict
from mocks.brokers.faults import CALLS, GROUPS, Fault
from mocks.brokers.faults.kinds import NEEDS_SECONDS, STANDING
from mocks.brokers.faults.plan import MOST_LINES
from mocks.brokers.server import json_reply
from mocks.control.plans import FaultIn, PlanIn, asked, rule_of, rules_of, shown
from mocks.control.world import Input, Problem, Routes, World, body, whole


class SwitchesIn(Input):
    """What is left out stays. `strict` true puts every switch as the real broker has it, before the others."""

    strict: bool | None = None
    rate_limits: bool | None = None
    modification_cap: bool | None = None
    require_static_ip: bool | None = None
    static_ips: dict[str, tuple[str, ...]] | None = None
    service_hours: bool | None = None
    daily_approval: bool | None = None
    totp_once: bool | None = None
    adjusted_averages: bool | None = None
    charges: bool | None = None
    plan: Plan | None = None
    strictness: Strictness | None = None
    pace: Pace | None = None

    @field_validator("static_ips")
    @classmethod
    def _addresses(cls, given: dict[str, tuple[str, ...]] | None) -> dict[str, tuple[str, ...]] | None:
        for ips in (given or {}).values():
            for ip in ips:
                ip_address(ip)
        return given


class Broken:
    def __init__(self, world: World) -> None:
        self._world = world
        self._faults = world.faults

    def routes(self) -> Routes:
        return [
            ("GET", "/faults", self.list_faults),
            ("POST", "/faults", self.add_fault),
            ("DELETE", "/faults", self.clear_faults),
            ("GET", "/faults/kinds", self.kinds),
            ("GET", "/faults/plan", self.show_plan),
            ("POST", "/faults/plan", self.add_plan),
            ("GET", "/faults/log", self.fault_log),
            ("DELETE", "/faults/{rule_id}", self.remove_fault),
            ("GET", "/brokers/{broker}/switches", self.show_switches),
            ("PATCH", "/brokers/{broker}/switches", self.set_switches),
        ]

    async def list_faults(self, request: Request) -> Response:
        return json_reply({"faults": [shown(rule) for rule in self._faults.rules.values()]})

    async def add_fault(self, request: Request) -> Response:
        given = await body(request, FaultIn)
        self._world.office(given.broker)
        return json_reply(shown(self._faults.add(rule_of(given))), 201)

    async def add_plan(self, request: Request) -> Response:
        given = await body(request, PlanIn)
        for index, rule in enumerate(given.rules):
            if rule.broker not in self._world.offices:
                where = f"rules.{index}.broker"
                raise Problem(404, "unknown_broker", f"There is no broker {rule.broker} here", where)
        added = self._faults.add_all(rules_of(given), replace=given.replace)
        return json_reply({"faults": [shown(rule) for rule in added]}, 201)

    async def show_plan(self, request: Request) -> Response:
        """The rules in force as a plan that `POST /faults/plan` and `--faults` take."""
        return json_reply({"rules": [asked(rule) for rule in self._faults.rules.values()]})

    async def remove_fault(self, request: Request) -> Response:
        rule_id = request.path_params["rule_id"]
        if not self._faults.remove(rule_id):
            raise Problem(404, "unknown_fault", f"There is no fault {rule_id} in force")
        return Response(status_code=204)

    async def clear_faults(self, request: Request) -> Response:
        broker = request.query_params.get("broker")
        return json_reply({"removed": self._faults.clear(broker)})

    async def kinds(self, request: Request) -> Response:
        """Every fault and call there is, for forms."""
        faults = [
            {"fault": one.value, "needs_seconds": one in NEEDS_SECONDS, "standing": one in STANDING}
            for one in Fault
        ]
        groups = {name: sorted(calls) for name, calls in GROUPS.items()}
        return json_reply({"faults": faults, "calls": sorted(CALLS), "groups": groups})

    async def fault_log(self, request: Request) -> Response:
        """Oldest first; `limit` keeps the newest. JSON; with `format=text` one line for each fault."""
        log = self._faults.log[-whole(request, "limit", MOST_LINES, 1, MOST_LINES) :]
        if request.query_params.get("format") == "text":
            return PlainTextResponse("".join(line.text() + "\n" for line in log))
        lines = [asdict(line) | {"at": line.at.isoformat(timespec="milliseconds")} for line in log]
        return json_reply({"log": lines})

    # what a broker enforces -------------------------------------------------------------------------------

    async def show_switches(self, request: Request) -> Response:
        return json_reply(self._switches(request))

    async def set_switches(self, request: Request) -> Response:
        office = self._world.office(request.path_params["broker"])
        given = (await body(request, SwitchesIn)).model_dump(exclude_none=True)
        before = strict(office.switches) if given.pop("strict", False) else office.switches
        office.switches = replace(before, **given)
        return json_reply(self._switches(request))

    def _switches(self, request: Request) -> dict[str, Any]:
        return asdict(self._world.office(request.path_params["broker"]).switches)
