// The calculator: one trade, what it costs at every broker, before anything is ordered. The answer stands first.
import "@/text/rooms/charges";
import { skipToken } from "@reduxjs/toolkit/query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { inWords, problemOf, type StockDetail, useGetStockQuery } from "@/api";
import { useCompareChargesQuery } from "@/api/brokers";
import { useAppDispatch } from "@/api/dispatch";
import { Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Field, Segmented } from "@/components/field";
import { Empty, Notice, PageHead, Waiting } from "@/components/surface";
import { PickInstrument } from "@/features/ticket/PickInstrument";
import { openTicket } from "@/features/ticket/state";
import { useSettled } from "@/lib/hooks";
import * as money from "@/lib/money";
import { t } from "@/text";
import { Comparison } from "./Comparison";
import { Headline } from "./Headline";
import { type Draft, priceError, productChoices, productFor, quantityError, questionOf, wholeOf } from "./trade";

const fresh: Draft = { side: "BUY", product: "CNC", quantity: "100", price: "", on: "", byDesk: false };

interface FormProps {
  stock: StockDetail;
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
}

function Form({ stock, draft, onChange }: FormProps) {
  return (
    <form className="flex flex-col gap-4" aria-label={t("charges:trade")} onSubmit={(event) => event.preventDefault()}>
      <Segmented
        label={t("charges:side")}
        value={draft.side}
        choices={[
          { value: "BUY", label: t("common:buy") },
          { value: "SELL", label: t("common:sell") },
        ]}
        onChange={(side) => onChange({ side })}
        selected={draft.side === "BUY" ? "bg-buy text-on-side" : "bg-sell text-on-side"}
      />
      <Segmented
        label={t("charges:product")}
        value={productFor(stock.kind, draft.product)}
        choices={productChoices(stock.kind)}
        onChange={(product) => onChange({ product })}
      />
      <div className="grid grid-cols-2 gap-4 lg:grid-cols-1">
        <Field
          label={t("charges:quantity")}
          inputMode="numeric"
          autoComplete="off"
          value={draft.quantity}
          error={quantityError(draft.quantity)}
          hint={stock.lot > 1 ? t("charges:one_lot", { lot: money.quantity(stock.lot) }) : undefined}
          onChange={(event) => onChange({ quantity: event.target.value })}
        />
        <Field
          label={t("charges:price")}
          inputMode="decimal"
          autoComplete="off"
          placeholder={stock.last_price ? money.price(stock.last_price) : ""}
          value={draft.price}
          error={priceError(draft.price)}
          hint={stock.last_price ? t("charges:price_hint") : undefined}
          onChange={(event) => onChange({ price: event.target.value })}
        />
      </div>
      <details open={draft.on !== "" || draft.byDesk || undefined}>
        <summary className="py-1 text-xs text-quiet select-none hover:text-ink max-md:py-3.5">
          {t("charges:other_terms")}
        </summary>
        <div className="mt-2 flex flex-col gap-4">
          <Field
            label={t("charges:day")}
            type="date"
            value={draft.on}
            hint={t("charges:day_hint")}
            onChange={(event) => onChange({ on: event.target.value })}
          />
          <Segmented
            label={t("charges:ordered_by")}
            value={draft.byDesk ? "desk" : "self"}
            choices={[
              { value: "self", label: t("charges:yourself") },
              { value: "desk", label: t("charges:desk"), title: t("charges:desk_help") },
            ]}
            onChange={(by) => onChange({ byDesk: by === "desk" })}
          />
        </div>
      </details>
    </form>
  );
}

function Calculator({ stock }: { stock: StockDetail }) {
  const dispatch = useAppDispatch();
  const [draft, setDraft] = useState(fresh);
  const settled = useSettled(draft, 200);
  const question = questionOf(settled, stock);
  const { data, error, isFetching } = useCompareChargesQuery(question ?? skipToken);
  const delivery = data?.side === "SELL" && (data.product === "CNC" || data.product === "MTF");
  const answer =
    question === null ? (
      <p className="text-quiet">{t("charges:no_price", { symbol: stock.trading_symbol })}</p>
    ) : error ? (
      <Notice tone="bad">{inWords(problemOf(error))}</Notice>
    ) : data ? (
      <Headline found={data} />
    ) : (
      <div className="h-[76px]">
        <Waiting rows={2} />
      </div>
    );
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] border-t border-line lg:grid-cols-[280px_minmax(0,1fr)] lg:gap-x-10 lg:px-4 lg:py-5">
      <div
        aria-busy={isFetching}
        className="px-4 py-3 max-lg:sticky max-lg:top-[calc(48px+env(safe-area-inset-top))] max-lg:z-10 max-lg:border-b max-lg:border-line max-lg:bg-ground lg:col-start-2 lg:row-start-1 lg:px-0 lg:py-0"
      >
        {answer}
      </div>
      <div className="flex flex-col gap-4 px-4 py-4 lg:col-start-1 lg:row-span-2 lg:row-start-1 lg:px-0 lg:py-0">
        <h2 className="text-base font-semibold">
          {stock.trading_symbol} <Tag>{stock.exchange}</Tag>
          <span className="block text-xs font-normal text-faint">{stock.name}</span>
        </h2>
        <Form stock={stock} draft={draft} onChange={(change) => setDraft({ ...draft, ...change })} />
        <Button
          className="self-start max-md:self-stretch"
          onClick={() =>
            dispatch(
              openTicket({
                symbol: stock.symbol,
                side: draft.side,
                product: productFor(stock.kind, draft.product),
                quantity: wholeOf(draft.quantity) ?? undefined,
              }),
            )
          }
        >
          {t("charges:buy_it")}
        </Button>
      </div>
      {data && question !== null && !error && (
        <div className="flex min-w-0 flex-col gap-3 px-4 pb-6 lg:col-start-2 lg:row-start-2 lg:mt-4 lg:px-0">
          <Comparison found={data} />
          {delivery && <p className="text-xs text-faint">{t("charges:dp_once")}</p>}
        </div>
      )}
    </div>
  );
}

export function ChargesPage() {
  const [params, setParams] = useSearchParams();
  const symbol = params.get("i");
  const { data: stock, error } = useGetStockQuery({ symbol: symbol ?? "" }, { skip: symbol === null });
  const pick = (next: string | null) => setParams(next ? { i: next } : {}, { replace: true });
  return (
    <div>
      <PageHead title={t("charges:title")}>
        {symbol && <Button onClick={() => pick(null)}>{t("charges:another")}</Button>}
      </PageHead>
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
        <Empty title={t("charges:index")}>{t("charges:index_help")}</Empty>
      ) : (
        <Calculator key={stock.symbol} stock={stock} />
      )}
    </div>
  );
}
