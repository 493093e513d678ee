"""The fault plan: rules that break a broker's calls on purpose, and the pure-ASGI wrapper that obeys them."""

from mocks.brokers.faults.asgi import ASGIApp, Message, Receive, Reply, Scope, Send, abort
from mocks.brokers.faults.faulty import Faulty
from mocks.brokers.faults.kinds import BROKERS, CALLS, GROUPS, STREAMS, Fault
from mocks.brokers.faults.plan import FaultPlan
from mocks.brokers.faults.rule import BadRule, LogLine, Rule
from mocks.brokers.faults.surface import Surface, frame_of

__all__ = [
    "BROKERS",
    "CALLS",
    "GROUPS",
    "STREAMS",
    "ASGIApp",
    "BadRule",
    "Fault",
    "FaultPlan",
    "Faulty",
    "LogLine",
    "Message",
    "Receive",
    "Reply",
    "Rule",
    "Scope",
    "Send",
    "Surface",
    "abort",
    "frame_of",
]
