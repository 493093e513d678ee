"""TradeMaster Orchestrator from a program: `AsyncClient`, and `Client` that blocks."""

from __future__ import annotations

from trademaster._async.client import AsyncClient
from trademaster._sync.client import Client
from trademaster.errors import (
    BrokerTrouble,
    Conflict,
    Denied,
    DryRun,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    OutcomeUnknown,
    Problem,
    ProofNeeded,
    RateLimited,
    Reason,
    ServerFault,
    StreamEnded,
    TokenPolicy,
    TradeMasterError,
    UnexpectedAnswer,
    Unreachable,
    WaitsForApproval,
)
from trademaster.models import OrderIn
from trademaster.notation import new_key, order
from trademaster.version import VERSION

__version__ = VERSION
__all__ = [
    "AsyncClient",
    "BrokerTrouble",
    "Client",
    "Conflict",
    "Denied",
    "DryRun",
    "InvalidInput",
    "NotAllowed",
    "NotAuthenticated",
    "NotFound",
    "OrderIn",
    "OutcomeUnknown",
    "Problem",
    "ProofNeeded",
    "RateLimited",
    "Reason",
    "ServerFault",
    "StreamEnded",
    "TokenPolicy",
    "TradeMasterError",
    "UnexpectedAnswer",
    "Unreachable",
    "WaitsForApproval",
    "__version__",
    "new_key",
    "order",
]
