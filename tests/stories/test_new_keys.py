"""As whoever keeps an installation I change its keys while people trade, and nobody notices."""

from __future__ import annotations

from tests.stories.product import Product, Trader
from tests.traders import NewUser


async def test_new_keys_while_the_product_runs(product: Product, trader: Trader, new_user: NewUser) -> None:
    account = await trader.connect(new_user("mock"))
    await trader.settled()
    before = trader.http.headers["authorization"]
    said = await product.command("keys", "rotate")
    assert "values are sealed anew" in said
    old = [line.split() for line in (await product.command("keys", "list")).splitlines()]
    masters = [words[1] for words in old if words[0] == "master"]
    # Old logins hold, new ones are signed by the new key, and broker sessions still open.
    assert trader.http.headers["authorization"] == before
    await trader.filled("BUY 1 NSE:INFY CNC MARKET")
    await trader.log_in()
    await trader.call("POST", "/v1/users/refresh")
    assert [line for line in old if "MISSING" in line] == []
    # Another start opens everything with the new key alone.
    assert "is forgotten" in await product.command("keys", "retire", masters[1])
    await product.kill()
    await product.start()
    await trader.filled("BUY 1 NSE:INFY CNC MARKET")
    assert (await trader.account(account))["state"] == "connected"
