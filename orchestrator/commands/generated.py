"""Commands that write the files which are made from the code: the API's schema and the reference."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from orchestrator.config import Settings
from orchestrator.server import CannotStart

ROOT = Path(__file__).resolve().parent.parent.parent

commands = typer.Typer()


@commands.command()
def openapi(
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether web/openapi.json is up to date.")
    ] = False,
) -> None:
    """Write web/openapi.json, from which the web's client is made."""
    from orchestrator.app import create_app

    schema = create_app(Settings()).openapi()
    _written(
        ROOT / "web" / "openapi.json", orjson.dumps(schema, option=orjson.OPT_INDENT_2) + b"\n", check=check
    )


@commands.command()
def docs(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether the pages are up to date.")
    ] = False,
) -> None:
    """Write the generated pages of docs/reference."""
    from orchestrator import reference

    folder, commands = ROOT / "docs" / "reference", context.find_root().command
    stale: list[Any] = (reference.outdated if check else reference.write)(folder, commands)
    if check and stale:
        raise CannotStart(f"out of date: {', '.join(map(str, stale))}; run `make docs`")
    typer.echo(", ".join(map(str, stale)) or "Up to date.")


def _written(path: Path, content: bytes, *, check: bool) -> None:
    if path.exists() and path.read_bytes() == content:
        typer.echo("Up to date.")
        return
    if check:
        raise CannotStart(f"{path.relative_to(ROOT)} is out of date: run `make client`")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    typer.echo(f"Written: {path.relative_to(ROOT)}")
