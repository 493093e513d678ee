"""The tools for models, from a terminal: a host on this machine starts them."""

from __future__ import annotations

import typer

from trademaster.cli.context import OPTIONS


def add_to(app: typer.Typer) -> None:
    app.command()(mcp)


def mcp() -> None:
    """Serve the MCP tools over standard input and output, for a host on this machine. See docs/api/mcp.md."""
    try:
        from trademaster.mcp.stdio import serve
    except ImportError as error:
        raise typer.BadParameter("install it with: pip install 'trademaster-client[mcp]'") from error
    serve(OPTIONS.url, timeout=OPTIONS.timeout, plain_http=OPTIONS.plain_http)
