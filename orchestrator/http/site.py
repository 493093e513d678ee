"""The built web interface: hashed files cached for ever, the page itself never; precompressed files are preferred."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"
HASHED = "/assets/"  # Vite puts a content hash into these names
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))

MISSING = """<!doctype html><html lang="en"><meta charset="utf-8"><title>TradeMaster Orchestrator</title>
<body style="font:16px/1.5 system-ui;max-width:40rem;margin:10vh auto;padding:0 1rem">
<h1>The web interface is not built yet</h1>
<p>Run <code>make web</code> (or <code>make demo</code>, which does it for you) and reload this page.
The API works: see <a href="/docs">/docs</a>.</p>"""


@dataclass(frozen=True, slots=True)
class Asset:
    path: Path
    media_type: str
    encodings: tuple[tuple[str, Path], ...]


class Site:
    """An ASGI app for everything that is not the API. The list of files is read once; bodies on demand."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._assets = _assets(folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            return Response(status_code=405, headers={"allow": "GET, HEAD"})
        path: str = scope["path"]
        if not self._assets:
            self._assets = _assets(self._folder)  # built meanwhile
        asset = self._assets.get(path.removesuffix("/") or "/index.html")
        if asset is None and ("." in path.rsplit("/", 1)[-1] or path.startswith(HASHED)):
            return Response("not found", status_code=404, media_type="text/plain")
        asset = asset or self._assets.get("/index.html")  # a route of the single page
        if asset is None:
            return HTMLResponse(MISSING, status_code=503, headers={"cache-control": "no-store"})
        return _file(asset, Headers(scope=scope), hashed=path.startswith(HASHED))


def _assets(folder: Path) -> dict[str, Asset]:
    files = {f"/{path.relative_to(folder).as_posix()}": path for path in folder.rglob("*") if path.is_file()}
    packed = tuple(suffix for _, suffix in ENCODINGS)
    return {
        name: Asset(
            path,
            mimetypes.guess_type(name)[0] or "application/octet-stream",
            tuple((word, files[name + suffix]) for word, suffix in ENCODINGS if name + suffix in files),
        )
        for name, path in files.items()
        if not name.endswith(packed)
    }


def _file(asset: Asset, request: Headers, *, hashed: bool) -> Response:
    accepted = request.get("accept-encoding", "")
    chosen = next((pair for pair in asset.encodings if pair[0] in accepted), None)
    path = chosen[1] if chosen else asset.path
    stat = path.stat()
    etag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
    headers = {"cache-control": IMMUTABLE if hashed else REVALIDATE, "etag": etag, "vary": "accept-encoding"}
    if request.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    if chosen:
        headers["content-encoding"] = chosen[0]
    return Response(path.read_bytes(), media_type=asset.media_type, headers=headers)
