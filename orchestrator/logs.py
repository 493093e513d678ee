"""Structured logs on standard error; values under secret-looking names never come out."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from orchestrator.telemetry.tracing import with_trace

SECRET = re.compile(
    r"token|secret|password|authorization|cookie|credential|api_key|totp|session$", re.IGNORECASE
)


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the values of secret-looking names."""
    for name in event:
        if SECRET.search(name):
            event[name] = "***"
    return event


def configure(level: str, *, as_json: bool) -> None:
    """For the whole process, once: our own lines, and those of the libraries from WARNING on, in one form."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    said: list[Any] = [
        structlog.contextvars.merge_contextvars,
        with_trace,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
        *([structlog.processors.format_exc_info] if as_json else []),
    ]
    render: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        # The renderer's own choice of traceback prints the locals of every frame: keys, tokens and passwords.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[*said, render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    libraries = logging.StreamHandler(sys.stderr)
    libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *said],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[libraries])
