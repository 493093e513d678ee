"""Names of forms that several rooms call alike: in the description each has one of its own, and keeps it."""

from __future__ import annotations

import json
from typing import Any

REFERENCE = "#/components/schemas/"

NAMES: dict[str, str] = {
    "aggregation__differences__Cause": "DifferenceCause",
    "routing__reckoning__Cause": "ReckoningCause",
    "orchestrator__alerts__schemas__UnreadOut": "UnreadNoticesOut",
    "orchestrator__orders__conditional_schemas__UnreadOut": "UnreadConditionalsOut",
    "orchestrator__options__schemas__LegIn": "PayoffLegIn",
    "orchestrator__options__schemas__LegOut": "PayoffLegOut",
    "orchestrator__options__schemas__PointOut": "PayoffPointOut",
    "orchestrator__orders__conditional_schemas__LegIn": "ConditionalLegIn",
    "orchestrator__orders__conditional_schemas__LegOut": "ConditionalLegOut",
    "orchestrator__performance__schemas__PointOut": "CurvePointOut",
    "orchestrator__identity__oidc_schemas__CodeIn": "ProviderCodeIn",
    "orchestrator__identity__security_schemas__CodeIn": "SecondFactorCodeIn",
    "orchestrator__jobs__rows__Outcome": "JobOutcome",
    "orchestrator__orders__requests__Outcome": "RequestOutcome",
    "orchestrator__tradingview__repository__Outcome": "DeliveryOutcome",
    "orchestrator__policies__schemas__PolicyIn": "PolicyIn",
    "orchestrator__tokens__policy_schemas__PolicyIn": "TokenPolicyIn",
}


def named(schema: dict[str, Any]) -> dict[str, Any]:
    """The same description under these names. A test finds what is called alike and is not named here."""
    forms = schema["components"]["schemas"]
    there = {old: new for old, new in NAMES.items() if old in forms}
    for old, new in there.items():
        forms[old]["title"] = new
    text = json.dumps(schema)
    for old, new in there.items():
        text = text.replace(f'"{REFERENCE}{old}"', f'"{REFERENCE}{new}"')
    renamed: dict[str, Any] = json.loads(text)
    parts = renamed["components"]
    parts["schemas"] = dict(sorted((there.get(name, name), form) for name, form in parts["schemas"].items()))
    return renamed
