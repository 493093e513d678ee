"""What holds in a broker's books at any moment of a day, whoever did what: no paisa comes from or goes nowhere."""

from __future__ import annotations

from mocks.brokers.backoffice.entries import Account, Occasion
from mocks.brokers.backoffice.office import BackOffice


def check_open_day(office: BackOffice, user_id: str) -> None:
    """Raises AssertionError."""
    ledger = office.ledger(user_id)
    blocked = sum(order.blocked for order in ledger.live.values())
    assert ledger.blocked == blocked, f"{user_id}: {ledger.blocked} paise blocked, {blocked} by open orders"
    assert all(order.blocked >= 0 for order in ledger.live.values()), f"{user_id}: less than nothing blocked"
    assert ledger.charges == sum(ledger.unpaid.values()), f"{user_id}: charges that no order caused"
    funds = office.funds(user_id)
    assert funds.available == (
        funds.opening_cash + funds.payin + funds.collateral + funds.realised + funds.sale_credit
        - funds.delivery_debit - funds.position_margin - funds.blocked - funds.charges
    ), f"{user_id}: {funds} does not add up"  # fmt: skip
    book = ledger.daybook
    assert sum(book.balance_of(account) for account in Account) == 0, f"{user_id}: an entry with one side"
    assert book.balance == sum(one.to_client for one in book.entries), (
        f"{user_id}: the daybook does not add up"
    )
    opening = sum(one.to_client for one in book.entries if one.occasion is Occasion.OPENING)
    assert opening == ledger.user.opening_cash, f"{user_id}: the opening cash changed"
