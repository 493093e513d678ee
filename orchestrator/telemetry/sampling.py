"""Which requests are traced: what changes something always is, of what only looks a share.

What the caller says about sampling is not asked: nobody outside decides what we write down.
"""

from __future__ import annotations

from collections.abc import Sequence

from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_ON,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Link, SpanKind
from opentelemetry.trace.span import TraceState
from opentelemetry.util.types import Attributes

LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})


class _ByMethod(Sampler):
    def __init__(self, share: float) -> None:
        self._some = TraceIdRatioBased(share)

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        looks = (attributes or {}).get("http.request.method") in LOOKING
        rule: Sampler = self._some if looks else ALWAYS_ON
        return rule.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        return f"changes always, looks by {self._some.get_description()}"


def sampler(share: float) -> Sampler:
    ours = _ByMethod(share)
    return ParentBased(ours, remote_parent_sampled=ours, remote_parent_not_sampled=ours)
