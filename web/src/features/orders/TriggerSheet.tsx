// A trigger that a broker keeps itself, made or changed: one price, or a target and a stop of which the first to come ends the other.
import { useState } from "react";
import {
  type Conditional,
  type ConditionalKind,
  inWords,
  type OrderType,
  type Product,
  problemOf,
  unanswered,
  useGetStockQuery,
  useListAccountsQuery,
  useModifyConditionalMutation,
  usePlaceConditionalMutation,
} from "@/api";
import { Button } from "@/components/button";
import { Field, Segmented, Select } from "@/components/field";
import { Sheet } from "@/components/sheet";
import { Notice, Waiting } from "@/components/surface";
import { OutcomeWords } from "@/features/exits/OutcomeWords";
import { useTick } from "@/features/market/prices";
import { PickInstrument } from "@/features/ticket/PickInstrument";
import { useOnline } from "@/lib/hooks";
import { keyOfLast, keysByWhat } from "@/lib/keys";
import * as money from "@/lib/money";
import { t } from "@/text";
import {
  atAccount,
  draftOf,
  isRight,
  keepers,
  type LegDraft,
  legsOf,
  newDraft,
  type TriggerDraft,
  toWire,
  wrongWith,
} from "./conditionals";

interface Props {
  /** The one to be changed; left out: a new one. */
  one?: Conditional;
  /** What a new one is for; asked when left out. */
  symbol?: string;
  onClose: () => void;
}

export function TriggerSheet({ one, symbol: given, onClose }: Props) {
  const [symbol, setSymbol] = useState(one ? null : (given ?? null));
  const { data: accounts } = useListAccountsQuery();
  const keeping = keepers(accounts ?? []);
  const first = keeping.find((account) => account.state === "connected") ?? keeping[0];
  const start = one ? draftOf(one) : symbol && first ? newDraft(symbol, first) : null;
  return (
    <Sheet open onClose={onClose} title={one ? t("orders:gtt.change_title") : t("orders:gtt.new")}>
      {!accounts ? (
        <Waiting rows={4} />
      ) : one && !start ? (
        <p className="p-4 text-quiet">{t("orders:gtt.unreadable")}</p>
      ) : keeping.length === 0 ? (
        <p className="p-4 text-quiet">{t("orders:gtt.no_keeper")}</p>
      ) : start ? (
        <TriggerForm key={start.symbol} start={start} id={one?.id} onClose={onClose} />
      ) : (
        <PickInstrument onPick={setSymbol} />
      )}
    </Sheet>
  );
}

const products = (symbol: string): Product[] => (/^(NSE|BSE):/.test(symbol) ? ["CNC", "MIS", "MTF"] : ["NRML", "MIS"]);

interface LegProps {
  title: string | null;
  leg: LegDraft;
  types: readonly OrderType[];
  wrong: { trigger?: string; price?: string } | undefined;
  shown: boolean;
  onChange: (leg: LegDraft) => void;
}

function Leg({ title, leg, types, wrong, shown, onChange }: LegProps) {
  const number = (text: string) => text.replace(/[₹,\s]/g, "");
  return (
    <fieldset className="grid grid-cols-2 gap-3">
      {title && <legend className="mb-1 font-medium">{title}</legend>}
      <Field
        label={t("orders:gtt.trigger")}
        inputMode="decimal"
        value={leg.trigger}
        error={shown || leg.trigger ? wrong?.trigger : undefined}
        onChange={(event) => onChange({ ...leg, trigger: number(event.target.value) })}
      />
      {types.length > 1 && (
        <Segmented
          label={t("orders:gtt.then")}
          value={leg.type}
          choices={types.map((type) => ({ value: type, label: type }))}
          onChange={(type) => onChange({ ...leg, type })}
        />
      )}
      {leg.type === "LIMIT" && (
        <Field
          label={t("orders:gtt.limit")}
          inputMode="decimal"
          value={leg.price}
          error={shown || leg.price ? wrong?.price : undefined}
          onChange={(event) => onChange({ ...leg, price: number(event.target.value) })}
        />
      )}
    </fieldset>
  );
}

function TriggerForm({ start, id, onClose }: { start: TriggerDraft; id: string | undefined; onClose: () => void }) {
  const [draft, setDraft] = useState(start);
  const [shown, setShown] = useState(false);
  const { data: accounts = [] } = useListAccountsQuery();
  const { data: stock } = useGetStockQuery({ symbol: draft.symbol });
  const tick = useTick(draft.symbol);
  const [place, placing] = usePlaceConditionalMutation();
  const [modify, modifying] = useModifyConditionalMutation();
  const [keyOf] = useState(id === undefined ? keysByWhat : keyOfLast);
  const online = useOnline();
  const set = (change: Partial<TriggerDraft>) => setDraft((before) => ({ ...before, ...change }));
  const account = accounts.find((one) => one.id === draft.account);
  const features = account?.capabilities.features;
  const last = tick?.ltp ?? stock?.last_price ?? null;
  const wrong = wrongWith(draft, stock, last);
  const busy = placing.isLoading || modifying.isLoading;
  const answer = placing.data ?? modifying.data;
  const error = placing.error ?? modifying.error;
  const problem = error ? problemOf(error) : null;

  async function send(): Promise<void> {
    setShown(true);
    if (!isRight(wrong) || busy || !online) return;
    const conditionalIn = toWire(draft);
    const key = { "idempotency-key": keyOf(conditionalIn) };
    if (id === undefined) await place({ ...key, conditionalIn });
    else await modify({ ...key, account: draft.account, conditionalId: id, conditionalIn });
  }

  if (answer) {
    return (
      <div className="flex flex-col gap-3 p-4">
        <OutcomeWords request={answer} />
        {answer.outcome !== "done" && answer.outcome !== "rejected" && (
          <p className="text-quiet">{t("orders:gtt.look_at_list")}</p>
        )}
        <Button onClick={onClose}>{t("common:close")}</Button>
      </div>
    );
  }
  const legName = (at: number): string | null =>
    draft.kind === "oco" ? t(at === 0 ? "orders:gtt.target" : "orders:gtt.stop") : null;
  return (
    <form
      className="flex flex-col gap-4 p-4"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <p className="flex items-baseline gap-2">
        <span className="text-base font-medium">{draft.symbol}</span>
        <span className="text-quiet">{t("orders:gtt.last", { price: money.price(last) })}</span>
      </p>
      <div className="grid grid-cols-2 gap-3">
        {id === undefined && (
          <Select
            label={t("orders:gtt.kept_at")}
            value={draft.account}
            onChange={(event) => {
              const next = accounts.find((one) => one.id === event.target.value);
              if (next) setDraft(atAccount(draft, next));
            }}
          >
            {keepers(accounts).map((one) => (
              <option key={one.id} value={one.id}>
                {one.label}
              </option>
            ))}
          </Select>
        )}
        {id === undefined && (features?.conditionals.length ?? 0) > 1 && (
          <Segmented<ConditionalKind>
            label={t("orders:gtt.kind")}
            value={draft.kind}
            choices={(features?.conditionals ?? []).map((kind) => ({
              value: kind,
              label: t(`orders:gtt.kinds.${kind}`),
              title: t(`orders:gtt.kinds.${kind}_about`),
            }))}
            onChange={(kind) => set({ kind })}
          />
        )}
        <Segmented
          label={t("orders:filter.side")}
          value={draft.side}
          disabled={id !== undefined}
          selected={draft.side === "BUY" ? "bg-buy text-on-side" : "bg-sell text-on-side"}
          choices={[
            { value: "BUY", label: t("orders:buy") },
            { value: "SELL", label: t("orders:sell") },
          ]}
          onChange={(side) => set({ side })}
        />
        <Select
          label={t("orders:col.product")}
          value={draft.product}
          disabled={id !== undefined}
          onChange={(event) => set({ product: event.target.value as Product })}
        >
          {products(draft.symbol)
            .filter((one) => one === draft.product || account?.capabilities.products.includes(one))
            .map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
        </Select>
        <Field
          label={stock && stock.lot > 1 ? t("orders:gtt.quantity_lot", { lot: stock.lot }) : t("orders:edit.quantity")}
          inputMode="numeric"
          value={draft.quantity}
          error={shown || draft.quantity ? wrong.quantity : undefined}
          onChange={(event) => set({ quantity: event.target.value })}
        />
      </div>
      {legsOf(draft).map((leg, at) => (
        <Leg
          // biome-ignore lint/suspicious/noArrayIndexKey: target and stop keep their places
          key={at}
          title={legName(at)}
          leg={leg}
          types={features?.conditional_types ?? ["LIMIT"]}
          wrong={wrong.legs[at]}
          shown={shown}
          onChange={(next) => set({ legs: at === 0 ? [next, draft.legs[1]] : [draft.legs[0], next] })}
        />
      ))}
      <p className="text-xs text-faint">
        {t(features?.conditional_types.includes("MARKET") ? "orders:gtt.about_market" : "orders:gtt.about_limit", {
          account: account?.label ?? "",
        })}
      </p>
      {problem && (
        <Notice tone={unanswered(problem) ? "warning" : "bad"}>
          {unanswered(problem) && <p className="font-medium">{t("orders:exits.unclear")}</p>}
          <p>{inWords(problem)}</p>
        </Notice>
      )}
      <Button
        type="submit"
        size="lg"
        look={draft.side === "BUY" ? "buy" : "sell"}
        disabled={busy || !online || (shown && !isRight(wrong))}
        why={online ? t("orders:gtt.mend") : t("orders:offline")}
      >
        {busy
          ? t("orders:edit.sending")
          : problem && unanswered(problem)
            ? t("orders:exits.ask_again")
            : id === undefined
              ? t("orders:gtt.place", { account: account?.label ?? "" })
              : t("orders:gtt.change")}
      </Button>
    </form>
  );
}
