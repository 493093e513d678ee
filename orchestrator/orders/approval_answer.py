"""What a program hears of an order that was not sent because its user is asked."""

from __future__ import annotations

from fastapi import Response

from orchestrator.orders.approval_schemas import ApprovalOut
from orchestrator.orders.room import answer
from orchestrator.orders.waiting import Approval, ApprovalState, over


def waits(approval: Approval) -> Response:
    """202 while it waits. Raises Problem 409 once nobody can say yes any more."""
    if approval.state is not ApprovalState.WAITING:
        raise over(approval)
    where = {"Location": f"/v1/approvals/{approval.id}"}
    return answer(ApprovalOut.of(approval), status=202, headers=where)
