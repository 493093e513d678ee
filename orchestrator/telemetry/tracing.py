"""Traces by OpenTelemetry: an order followed from the click to its broker's answer, and to what is heard of it later.

Off unless an endpoint is set; then every function here costs one comparison. A span says which order, part, account and
broker, how it ended and how long it took: never an amount, a price, a holding, a name or a secret.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, SpanContext, Tracer

REMEMBERED = 10_000  # orders whose trace is linked from what is heard of them later
ORDER = "trademaster.order"
SECOND = 1_000_000_000  # nanoseconds

Said = str | int | bool


@dataclass(slots=True)
class _Tracing:
    """What is there while traces are made."""

    tracer: Tracer
    ending: Callable[[], None]
    orders: OrderedDict[str, SpanContext] = field(default_factory=OrderedDict)


_on: _Tracing | None = None


def begin(endpoint: str, *, share: float, version: str, role: str) -> None:
    """Send traces to this collector (OTLP over HTTP), `share` (0 to 1) of the requests that only look."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    begin_with(OTLPSpanExporter(f"{endpoint}/v1/traces"), share=share, version=version, role=role)


def begin_with(
    exporter: SpanExporter, *, share: float, version: str, role: str, at_once: bool = False
) -> None:
    """`at_once`: each span when it ends, else some at a time from a thread of their own."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

    from orchestrator.telemetry.sampling import sampler

    global _on
    named = {"service.name": "trademaster", "service.version": version, "trademaster.role": role}
    provider = TracerProvider(sampler=sampler(share), resource=Resource.create(named), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter) if at_once else BatchSpanProcessor(exporter))
    _on = _Tracing(provider.get_tracer("trademaster"), provider.shutdown)


def end() -> None:
    """Send what waits and make no more. Blocks while the collector does."""
    global _on
    if _on is not None:
        ending, _on = _on.ending, None
        ending()


def on() -> bool:
    return _on is not None


# --- spans --------------------------------------------------------------------------------------------------------


@contextmanager
def span(name: str, **says: Said) -> Iterator[None]:
    """Around a step. An exception is told by the name of its kind alone: its words may be anybody's."""
    if _on is None:
        yield
        return
    with _on.tracer.start_as_current_span(
        name, attributes=_named(says), record_exception=False, set_status_on_exception=False
    ) as one:
        try:
            yield
        except BaseException as error:
            one.set_attribute("error.type", type(error).__name__)
            raise


@contextmanager
def request(headers: Mapping[str, str], method: str) -> Iterator[Span | None]:
    """Around a request, under the caller's own span when it says which (W3C traceparent)."""
    if _on is None:
        yield None
        return
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    caller = TraceContextTextMapPropagator().extract(headers)
    with _on.tracer.start_as_current_span(
        method,
        context=caller,
        kind=SpanKind.SERVER,
        attributes={"http.request.method": method},
        record_exception=False,
        set_status_on_exception=False,
    ) as one:
        yield one


def here() -> Context | None:
    """Where a span is now, for work that runs elsewhere; None when nothing is traced."""
    if _on is None:
        return None
    from opentelemetry.context import get_current

    return get_current()


def now() -> int:
    """For `past`: nanoseconds."""
    return time.time_ns() if _on is not None else 0


def past(
    name: str, since: int, says: Mapping[str, Said] | None = None, *, under: Context | None = None
) -> None:
    """A step that has just ended, begun at `since` (`now()` of then); only as a part of another."""
    if _on is not None and since and _inside(under):
        _on.tracer.start_span(name, context=under, start_time=since, attributes=_named(says or {})).end()


def took(name: str, seconds: float, **says: Said) -> None:
    """As `past`, for what was measured by somebody else."""
    if _on is not None:
        past(name, time.time_ns() - int(seconds * SECOND), says)


def _inside(under: Context | None) -> bool:
    from opentelemetry.trace import get_current_span

    return get_current_span(under).get_span_context().is_valid


def _named(says: Mapping[str, Said]) -> dict[str, Said]:
    return {f"trademaster.{name}": value for name, value in says.items()}


# --- orders -------------------------------------------------------------------------------------------------------


def remember(order: str) -> None:
    """The trace of now is this order's: what is heard of it later leads back to it."""
    if _on is None:
        return
    from opentelemetry.trace import get_current_span

    one = get_current_span()
    one.set_attribute(ORDER, order)
    _on.orders[order] = one.get_span_context()
    while len(_on.orders) > REMEMBERED:
        _on.orders.popitem(last=False)


@contextmanager
def later(name: str, order: str, **says: Said) -> Iterator[None]:
    """Around something heard of an order, or done to it, after its request: by a link to its trace, and by its id,
    which outlives a restart. Inside a request it is a part of that."""
    if _on is None:
        yield
        return
    from opentelemetry.trace import Link

    known = _on.orders.get(order)
    links = [Link(known)] if known is not None and not _inside(None) else []
    with _on.tracer.start_as_current_span(
        name,
        links=links,
        attributes={ORDER: order, **_named(says)},
        record_exception=False,
        set_status_on_exception=False,
    ):
        yield


def heard(name: str, order: str, since: int, **says: Said) -> None:
    """As `later`, of what has just ended and began at `since`."""
    if _on is None or not since:
        return
    from opentelemetry.trace import Link

    known = None if _inside(None) else _on.orders.get(order)
    named = {ORDER: order, **_named(says)}
    links = [Link(known)] if known is not None else []
    _on.tracer.start_span(name, start_time=since, attributes=named, links=links).end()


def trace_id() -> str | None:
    """Of the trace of now, as collectors write it; for logs."""
    if _on is None:
        return None
    from opentelemetry.trace import format_trace_id, get_current_span

    one = get_current_span().get_span_context()
    return format_trace_id(one.trace_id) if one.is_valid else None


def with_trace(_logger: object, _method: str, event: Any) -> Any:
    """A processor of logs: the line's trace."""
    if (number := trace_id()) is not None:
        event["trace"] = number
    return event
