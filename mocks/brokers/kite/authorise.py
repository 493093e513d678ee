"""The depository's leave to sell: a request by the API, a page for the person, a redirect that tells how it ended."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.authorisation import Authorisation
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.refusal import Refusal
from mocks.brokers.kite.reply import GENERAL, KiteError, bad_input, form, success

STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:30rem;margin:2rem auto;padding:0 1rem;color:#1f2430}"
    "table{width:100%;border-collapse:collapse;margin:1rem 0}td,th{text-align:left;padding:.4rem 0;"
    "border-bottom:1px solid #dfe3ea}td:last-child,th:last-child{text-align:right}"
    "label{display:block;margin:.8rem 0}button{font:inherit;padding:.6rem 1.2rem;margin-right:.6rem}"
)


class Authorise:
    def __init__(self, office: BackOffice) -> None:
        self._office = office
        self._apps: dict[str, str] = {}  # API key by request id: the page's address has both

    async def begin(self, request: Request, session: Session) -> Response:
        """`isin` and `quantity` may repeat, in pairs; none asks for all that is held. Fields of other platforms
        (type, dates) are passed over."""
        pairs = parse_qsl((await request.body()).decode(errors="replace"))
        isins = [value for name, value in pairs if name == "isin"]
        counts = [value for name, value in pairs if name == "quantity"]
        if len(isins) != len(counts) or not all(count.isdecimal() for count in counts):
            raise bad_input("Invalid `isin` or `quantity`: they come in pairs.")
        shares = dict(zip(isins, map(int, counts), strict=True))
        request_id = self._office.request_authorisation(session.user_id, shares)
        self._apps[request_id] = session.api_key
        return success({"request_id": request_id})

    def _found(self, request: Request) -> Authorisation:
        request_id = request.path_params["request_id"]
        if self._apps.get(request_id) != request.path_params["api_key"]:
            raise KiteError(404, GENERAL, "Authorisation request not found.")
        return self._office.authorisations.find(request_id)

    async def page(self, request: Request) -> Response:
        return self._render(self._found(request))

    def _render(self, asked: Authorisation, error: str = "") -> Response:
        names = {one.isin: one.key for one in self._office.holdings(asked.user_id)}
        lines = "".join(
            f"<tr><td>{escape(names.get(isin, isin))}</td><td>{escape(isin)}</td><td>{count}</td></tr>"
            for isin, count in asked.shares.items()
        )
        problem = f'<p role="alert"><b>{escape(error)}</b></p>' if error else ""
        return HTMLResponse(
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            f"<title>Authorise holdings</title><style>{STYLE}</style></head><body>"
            f"<h1>Authorise holdings</h1><p>{escape(asked.user_id)} lets the broker take these shares today when "
            f"they are sold.</p>{problem}<table><tr><th>Share</th><th>ISIN</th><th>Quantity</th></tr>{lines}</table>"
            '<form method="post"><label>TPIN <input name="pin" type="password" value="123456"></label>'
            '<button name="decision" value="approve">Authorise</button>'
            '<button name="decision" value="deny">Refuse</button></form>'
            "<p><small>Sandbox: no real depository.</small></p></body></html>"
        )

    async def decide(self, request: Request) -> Response:
        """The PIN is the sandbox user's; the leave lasts till 17:30 IST."""
        asked, fields = self._found(request), await form(request)
        target = f"{request.url.path.rstrip('/')}/finish?status="
        if fields.get("decision") != "approve":
            return RedirectResponse(f"{target}error", 302)
        if fields.get("pin") != self._office.directory.user(asked.user_id).pin:
            return self._render(asked, "Wrong TPIN")
        try:
            self._office.confirm_authorisation(asked.request_id)
        except Refusal:  # sold or pledged in the meantime
            return RedirectResponse(f"{target}error", 302)
        return RedirectResponse(f"{target}success", 302)

    async def finish(self, request: Request) -> Response:
        """Where the flow ends: clients read `status` off this address."""
        ended = "done" if request.query_params.get("status") == "success" else "not done"
        return HTMLResponse(
            f'<!doctype html><html lang="en"><title>Authorisation</title><p>Authorisation {ended}.</p>'
        )
