"""A collector of traces: takes OTLP over HTTP as the real ones do, and keeps what it got."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.services import free_port


@dataclass(frozen=True, slots=True)
class Span:
    """Ids are hexadecimal; `parent` is "" for the first of a trace. `links`: trace ids."""

    trace: str
    id: str
    parent: str
    name: str
    says: dict[str, str]
    links: tuple[str, ...]


@dataclass(slots=True)
class Collector:
    url: str
    spans: list[Span] = field(default_factory=list)

    def of(self, trace: str) -> list[Span]:
        return [one for one in self.spans if one.trace == trace]

    def take(self, body: bytes) -> None:
        request = ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                for one in scope.spans:
                    says = {each.key: _text(each.value) for each in one.attributes}
                    links = tuple(link.trace_id.hex() for link in one.links)
                    self.spans.append(
                        Span(
                            one.trace_id.hex(),
                            one.span_id.hex(),
                            one.parent_span_id.hex(),
                            one.name,
                            says,
                            links,
                        )
                    )


def _text(value: object) -> str:
    kind = value.WhichOneof("value")  # type: ignore[attr-defined]
    return str(getattr(value, kind)) if kind else ""


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    port = free_port()
    collector = Collector(f"http://127.0.0.1:{port}")

    async def take(request: web.Request) -> web.Response:
        collector.take(await request.read())
        return web.Response(content_type="application/x-protobuf")

    app = web.Application()
    app.router.add_post("/v1/traces", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield collector
    finally:
        await runner.cleanup()
