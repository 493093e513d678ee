"""The page a redirecting broker shows to log a user in and approve an app. Plain HTML, no script.

Every sandbox user has the same password and PIN, so the form comes filled in.
"""

from __future__ import annotations

from html import escape

SANDBOX_PASSWORD = "sandbox"
SANDBOX_PIN = "123456"

_STYLE = """
*{box-sizing:border-box}body{margin:0;font:15px/1.5 system-ui,sans-serif;background:#f4f5f7;color:#1f2430;
min-height:100vh;display:flex;align-items:center;justify-content:center;padding:16px}
main{background:#fff;width:100%;max-width:380px;border-radius:8px;border-top:4px solid var(--brand);
padding:28px 28px 20px;box-shadow:0 8px 30px rgba(20,25,40,.12)}
.mark{display:flex;align-items:center;gap:10px;margin-bottom:18px}
.mark span{width:36px;height:36px;border-radius:8px;background:var(--brand);color:#fff;font-weight:700;
display:flex;align-items:center;justify-content:center}.mark b{font-size:18px}
h1{font-size:17px;margin:0 0 4px}p{margin:0 0 14px;color:#5b6270}label{display:block;font-size:13px;margin-top:12px;
color:#434a58}input{width:100%;padding:10px 12px;margin-top:4px;border:1px solid #cbd0d9;border-radius:6px;font:inherit}
input:focus{outline:2px solid var(--brand);outline-offset:1px}.error{color:#b3261e;background:#fdecea;padding:8px 12px;
border-radius:6px;margin:0 0 4px}
.row{display:flex;gap:10px;margin-top:20px}button{flex:1;padding:11px;border-radius:6px;
border:1px solid #cbd0d9;background:#fff;font:inherit;font-weight:600;cursor:pointer}
button.go{background:var(--brand);border-color:var(--brand);color:#fff}
footer{margin-top:18px;font-size:12px;color:#767d8a;text-align:center}
"""


def render(
    *,
    title: str,
    colour: str,
    app_name: str,
    action: str,
    hidden: dict[str, str],
    user_ids: list[str],
    error: str = "",
) -> str:
    """The page. The form POSTs to `action`: `hidden`, then user_id, password, pin and decision=approve|deny."""
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    choices = "".join(f'<option value="{escape(user_id)}">' for user_id in user_ids)
    first = escape(user_ids[0]) if user_ids else ""
    problem = f'<div class="error" role="alert">{escape(error)}</div>' if error else ""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Log in to {escape(title)}</title><style>:root{{--brand:{escape(colour)}}}{_STYLE}</style></head>
<body><main>
<div class="mark"><span aria-hidden="true">{escape(title[:1])}</span><b>{escape(title)}</b></div>
<h1>Log in</h1><p><b>{escape(app_name)}</b> asks to see your portfolio and to place orders.</p>{problem}
<form method="post" action="{escape(action)}">{fields}
<label for="user_id">User ID</label>
<input id="user_id" name="user_id" value="{first}" list="users" required autocomplete="username">
<datalist id="users">{choices}</datalist>
<label for="password">Password</label>
<input id="password" name="password" type="password" value="{SANDBOX_PASSWORD}" required autocomplete="off">
<label for="pin">PIN or TOTP</label>
<input id="pin" name="pin" type="password" inputmode="numeric" value="{SANDBOX_PIN}" required autocomplete="off">
<div class="row"><button class="go" name="decision" value="approve">Approve</button>
<button name="decision" value="deny" formnovalidate>Deny</button></div>
</form><footer>Sandbox: no real broker, no real money</footer></main></body></html>"""
