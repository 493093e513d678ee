"""Structured logs on standard error; values under secret-looking names never come out."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

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
    """For the whole process, once."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    render: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        # The renderer's own choice of traceback prints the locals of every frame: keys, tokens and passwords.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            *([structlog.processors.format_exc_info] if as_json else []),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
