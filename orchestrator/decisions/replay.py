"""Makes a kept decision again from its kept inputs, and says what differs."""

from __future__ import annotations

from dataclasses import dataclass

from domain.routing import Denied, RoutingDecision
from orchestrator.decisions.kept import Kept, read
from routing.decide import decide
from routing.fingerprint import stamp_of


@dataclass(frozen=True, slots=True)
class Replay:
    """`hash` is of the inputs as they are kept; `again` what they lead to today. `differences` in words; none: proven.

    `again` None: the inputs were not kept, or cannot be read any more.
    """

    kept: Kept
    hash: str | None
    again: RoutingDecision | Denied | None
    differences: tuple[str, ...]


def replay(kept: Kept) -> Replay:
    """Pure but for the fee tables, which are those of this installation."""
    if kept.inputs is None:
        return Replay(kept, None, None, ("its inputs were not kept",))
    stamp = stamp_of(kept.inputs)
    try:
        inputs = read(kept.inputs)
    except ValueError as error:
        return Replay(kept, stamp, None, (f"its inputs cannot be read: {str(error).splitlines()[0]}",))
    again = decide(inputs.intent, inputs.market, inputs.candidates, inputs.policy, on=inputs.on)
    return Replay(kept, stamp, again, tuple(_differences(kept.decision, stamp, again)))


def _differences(was: RoutingDecision, stamp: str, now: RoutingDecision | Denied) -> list[str]:
    found = []
    if stamp != was.hash:
        found.append("the kept inputs are not those that the decision was made from")
    if now.hash != stamp:
        found.append("the same inputs have another hash now: the rules know more of them than then")
    if isinstance(now, Denied):
        return [*found, f"it is refused now: {now.reasons[0].message}"]
    if _sent(now) != _sent(was):
        found.append(f"the plan differs: {was.summary} | now {now.summary}")
    elif now.charges.total != was.charges.total:
        found.append(f"the charges differ: {was.charges.total} | now {now.charges.total}")
    elif now != was:
        found.append(
            "the plan and its charges are the same, but its reasons or what it beat are told otherwise"
        )
    return found


def _sent(decision: RoutingDecision) -> list[tuple[str, int]]:
    return [(part.account_id, part.quantity) for part in decision.slices]
