"""A letter to a person: plain text, and the same as simple HTML."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from email_validator import validate_email

LINK = re.compile(r"https?://\S+")
PAGE = (
    '<!doctype html><html><body style="font:15px/1.5 system-ui,sans-serif;color:#111;background:#fff">'
    '<div style="max-width:34em;margin:24px auto;padding:0 16px">{paragraphs}</div></body></html>'
)


@dataclass(frozen=True, slots=True)
class Letter:
    """`text`: paragraphs with an empty line between; addresses in it are links in the HTML."""

    to: str
    subject: str
    text: str


def message(letter: Letter, *, sender: str, number: str, at: datetime) -> EmailMessage:
    """Ready to be sent. A letter that is sent twice has the same `number`, by which mail programs know it. Raises
    ValueError for what is no address."""
    name, _, address = sender.rpartition("<")
    address = address.removesuffix(">").strip()
    to = validate_email(letter.to, check_deliverability=False, test_environment=True)
    # Mail servers know domains in ASCII; other letters before the @ are for those that take them as they are.
    built = EmailMessage(policy.default.clone(utf8=not to.local_part.isascii()))
    built["From"] = Address(display_name=name.strip() or "TradeMaster", addr_spec=address)
    built["To"] = Address(username=to.local_part, domain=to.ascii_domain)
    built["Subject"] = letter.subject
    built["Date"] = format_datetime(at)
    built["Message-ID"] = f"<{number}@{address.rpartition('@')[2]}>"
    built["Auto-Submitted"] = "auto-generated"
    built.set_content(letter.text + "\n", cte="quoted-printable")
    built.add_alternative(_page(letter.text), subtype="html", cte="quoted-printable")
    return built


def _page(text: str) -> str:
    paragraphs = (f"<p>{_linked(part)}</p>" for part in text.split("\n\n"))
    return PAGE.format(paragraphs="".join(paragraphs))


def _linked(text: str) -> str:
    parts, last = [], 0
    for found in LINK.finditer(text):
        url = html.escape(found.group())
        parts += [html.escape(text[last : found.start()]), f'<a href="{url}">{url}</a>']
        last = found.end()
    return "".join([*parts, html.escape(text[last:])]).replace("\n", "<br>")
