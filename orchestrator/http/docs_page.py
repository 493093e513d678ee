"""The API's description, and the page at /docs: Swagger UI over it, its script and style from here, nothing from
elsewhere.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from importlib.resources import files

import orjson
from fastapi import APIRouter, FastAPI, Request, Response

from orchestrator.errors import not_found

router = APIRouter(include_in_schema=False)

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>TradeMaster Orchestrator API</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/docs/swagger-ui.css"><div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></html>
"""
START = """SwaggerUIBundle({
  url: "@DESCRIPTION", dom_id: "#api", deepLinking: true, persistAuthorization: false, validatorUrl: null,
});
"""
DESCRIPTION = "/openapi.json"
LIBRARY = ("swagger-ui.css", "swagger-ui-bundle.js")
KINDS = {"css": "text/css", "js": "text/javascript"}
FOR_A_DAY = {"cache-control": "public, max-age=86400"}


@router.get(DESCRIPTION)
async def openapi(request: Request) -> Response:
    """Worked out beside everything else when first asked for, which takes a second: orders go on meanwhile."""
    return Response(await asyncio.to_thread(_described, request.app), media_type="application/json")


@lru_cache(maxsize=1)
def _described(app: FastAPI) -> bytes:
    return orjson.dumps(app.openapi())


@router.get("/docs")
async def docs() -> Response:
    """The page."""
    return Response(PAGE, media_type="text/html", headers={"cache-control": "no-cache"})


@router.get("/docs/{name}")
async def docs_file(name: str) -> Response:
    """What the page is made of."""
    kind = KINDS.get(name.rpartition(".")[2], "")
    if name == "start.js":
        return Response(START.replace("@DESCRIPTION", DESCRIPTION), media_type=kind, headers=FOR_A_DAY)
    if name not in LIBRARY:
        raise not_found("page")
    return Response(_library(name), media_type=kind, headers=FOR_A_DAY)


@lru_cache(maxsize=len(LIBRARY))
def _library(name: str) -> bytes:
    return files("fastapi_offline").joinpath("static", name).read_bytes()
