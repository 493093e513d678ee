"""What is written line by line is exactly what the schemas say."""

from __future__ import annotations

import json

from hypothesis import given, settings

from aggregation.portfolio import build
from domain.account import AccountId
from domain.portfolio import AccountSnapshot
from orchestrator.portfolio.schemas import FundsOut, GapOut, HoldingOut, PositionOut, TotalsOut
from orchestrator.portfolio.wire import dated, listed, outs, text, written
from orchestrator.schemas import in_ist
from tests.aggregation.cases import NOW, SHARES
from tests.aggregation.test_sums import PRICES, accounts


@settings(max_examples=60, deadline=None)
@given(snapshots=accounts())
def test_every_line_is_what_its_schema_says(snapshots: list[AccountSnapshot]) -> None:
    whole = build(snapshots, PRICES, isins=SHARES, as_of=NOW)
    ages = {AccountId(one.account_id): in_ist(one.as_of).encode() for one in snapshots}
    held = [HoldingOut.of(line, name="A name") for line in whole.holdings]
    traded = [PositionOut.of(line, name='A "name"') for line in whole.positions]
    for lines in (held, traded):
        whole_list = listed(dated(written(one), ages) for one in lines)
        assert json.loads(whole_list) == [json.loads(one.model_dump_json()) for one in lines]
    totals = TotalsOut.of(whole.totals)
    assert json.loads(text(totals)) == json.loads(totals.model_dump_json())
    funds = [FundsOut.of(one) for one in whole.funds]
    assert json.loads(outs(funds)) == [json.loads(one.model_dump_json()) for one in funds]
    gaps = [GapOut.of(one) for one in whole.gaps]
    assert json.loads(outs(gaps)) == [json.loads(one.model_dump_json()) for one in gaps]
