// The calculator: one trade, what it costs at every broker, before anything is ordered.
import { skipToken } from "@reduxjs/toolkit/query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { inWords, problemOf, type StockDetail, useCompareChargesQuery, useGetStockQuery } from "@/api";
import { Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Field, Segmented } from "@/components/field";
import { Empty, Notice, PageHead, Waiting } from "@/components/surface";
import { PickInstrument } from "@/features/ticket/PickInstrument";
import { useSettled } from "@/lib/hooks";
import * as money from "@/lib/money";
import { Comparison } from "./Comparison";
import { type Draft, priceError, productChoices, productFor, quantityError, questionOf } from "./trade";

const fresh: Draft = { side: "BUY", product: "CNC", quantity: "100", price: "", on: "", byDesk: false };

const sides = [
  { value: "BUY", label: "Buy" },
  { value: "SELL", label: "Sell" },
] as const;

const desks = [
  { value: "self", label: "Yourself" },
  { value: "desk", label: "Broker's desk", title: "By telephone, or squared off by the broker's risk desk" },
] as const;

interface FormProps {
  stock: StockDetail;
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
}

function Form({ stock, draft, onChange }: FormProps) {
  return (
    <form className="flex flex-col gap-4" aria-label="Trade" onSubmit={(event) => event.preventDefault()}>
      <Segmented
        label="Side"
        value={draft.side}
        choices={sides}
        onChange={(side) => onChange({ side })}
        selected={draft.side === "BUY" ? "bg-buy text-on-side" : "bg-sell text-on-side"}
      />
      <Segmented
        label="Product"
        value={productFor(stock.kind, draft.product)}
        choices={productChoices(stock.kind)}
        onChange={(product) => onChange({ product })}
      />
      <Field
        label="Quantity"
        inputMode="numeric"
        autoComplete="off"
        value={draft.quantity}
        error={quantityError(draft.quantity)}
        hint={stock.lot > 1 ? `One lot is ${money.quantity(stock.lot)}` : undefined}
        onChange={(event) => onChange({ quantity: event.target.value })}
      />
      <Field
        label="Price"
        inputMode="decimal"
        autoComplete="off"
        placeholder={stock.last_price ? money.price(stock.last_price) : ""}
        value={draft.price}
        error={priceError(draft.price)}
        hint={stock.last_price ? "Empty: the last price" : undefined}
        onChange={(event) => onChange({ price: event.target.value })}
      />
      <Field
        label="Day"
        type="date"
        value={draft.on}
        hint="Whose rates count; empty: today"
        onChange={(event) => onChange({ on: event.target.value })}
      />
      <Segmented
        label="Ordered by"
        value={draft.byDesk ? "desk" : "self"}
        choices={desks}
        onChange={(by) => onChange({ byDesk: by === "desk" })}
      />
    </form>
  );
}

function Answer({ stock, draft }: { stock: StockDetail; draft: Draft }) {
  const settled = useSettled(draft, 200);
  const question = questionOf(settled, stock);
  const { data, error, isFetching } = useCompareChargesQuery(question ?? skipToken);
  if (question === null) {
    return <p className="text-quiet">Give a quantity and a price: no price of {stock.trading_symbol} is known now.</p>;
  }
  if (error) return <Notice tone="bad">{inWords(problemOf(error))}</Notice>;
  if (!data) return <Waiting rows={7} />;
  const priced = data.estimates.some((one) => one.charges !== null);
  return (
    <div className="flex min-w-0 flex-col gap-3" aria-busy={isFetching}>
      <p role="status" className="font-medium">
        {money.rupees(data.value)} {data.segment.replace("_", " ")}
        {data.difference && money.parse(data.difference) !== 0n && (
          <span className="font-normal text-quiet"> · up to {money.rupees(data.difference)} between brokers</span>
        )}
      </p>
      <Comparison found={data} />
      {priced && data.side === "SELL" && (data.product === "CNC" || data.product === "MTF") && (
        <p className="text-xs text-faint">The DP charge falls due once for each company and day, however many sales.</p>
      )}
    </div>
  );
}

export function ChargesPage() {
  const [params, setParams] = useSearchParams();
  const symbol = params.get("i");
  const [draft, setDraft] = useState(fresh);
  const { data: stock, error } = useGetStockQuery({ symbol: symbol ?? "" }, { skip: symbol === null });
  const pick = (next: string | null) => {
    setDraft({ ...draft, price: "" });
    setParams(next ? { i: next } : {}, { replace: true });
  };
  return (
    <div>
      <PageHead title="Charges">{symbol && <Button onClick={() => pick(null)}>Another instrument</Button>}</PageHead>
      {symbol === null ? (
        <div className="max-w-xl border-t border-line">
          <PickInstrument onPick={pick} />
        </div>
      ) : error ? (
        <Notice tone="bad" className="mx-4">
          {inWords(problemOf(error))}
        </Notice>
      ) : !stock ? (
        <Waiting />
      ) : stock.kind === "IDX" ? (
        <Empty title="An index is not traded">Choose one of its contracts, or a fund that follows it.</Empty>
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-x-10 gap-y-6 border-t border-line px-4 py-5 lg:grid-cols-[260px_minmax(0,1fr)]">
          <div className="flex flex-col gap-4">
            <h2 className="text-base font-semibold">
              {stock.trading_symbol} <Tag>{stock.exchange}</Tag>
              <span className="block text-xs font-normal text-faint">{stock.name}</span>
            </h2>
            <Form stock={stock} draft={draft} onChange={(change) => setDraft({ ...draft, ...change })} />
          </div>
          <Answer stock={stock} draft={draft} />
        </div>
      )}
    </div>
  );
}
