"""The whole product and a trader, as the stories have them."""

from tests.stories.conftest import broker_settings, new_user, product, trader

__all__ = ["broker_settings", "new_user", "product", "trader"]
