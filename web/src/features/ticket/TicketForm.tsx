// The fields of an order, in the order a trader thinks: side, broker, quantity, price type, price, trigger, product, validity.
import { useListAccountsQuery } from "@/api";
import { Field, Segmented, Select } from "@/components/field";
import { Key } from "@/components/surface";
import * as money from "@/lib/money";
import {
  type Draft,
  isDerivative,
  type Mistakes,
  needsPrice,
  needsTrigger,
  productHelp,
  productsFor,
  productWords,
  stepPrice,
  stepQuantity,
  units,
} from "./draft";
import { QuantityShortcuts } from "./QuantityShortcuts";
import type { Instrument } from "./useDraft";

interface Props {
  draft: Draft;
  mistakes: Mistakes;
  stock: Instrument;
  change: (change: Partial<Draft>) => void;
  disabled?: boolean;
}

const orderTypes = [
  { value: "MARKET", label: "Market", title: "At the market, with a protection price" },
  { value: "LIMIT", label: "Limit", title: "At this price or better" },
  { value: "SL", label: "SL", title: "Stop loss: a limit order once the trigger trades" },
  { value: "SL-M", label: "SL-M", title: "Stop loss market: a market order once the trigger trades" },
] as const;

/** Pasted numbers lose their commas, spaces and rupee sign. */
const cleaned = (text: string) => text.replace(/[₹,\s]/g, "");

export function TicketForm({ draft, mistakes, stock, change, disabled }: Props) {
  const { data: accounts } = useListAccountsQuery();
  const last = stock.last;
  const count = units(draft.quantity);
  const lots = stock.lot > 1 && count !== null && count % stock.lot === 0 ? count / stock.lot : null;

  const arrows = (apply: (steps: number) => void) => (event: React.KeyboardEvent) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    apply((event.key === "ArrowUp" ? 1 : -1) * (event.shiftKey ? 10 : 1));
  };

  return (
    <fieldset disabled={disabled} className="flex flex-col gap-3">
      <legend className="sr-only">Order</legend>
      <Segmented
        label="Side"
        hideLabel
        value={draft.side}
        onChange={(side) => change({ side })}
        selected={draft.side === "BUY" ? "bg-buy text-on-side font-semibold" : "bg-sell text-on-side font-semibold"}
        choices={[
          { value: "BUY", label: "Buy" },
          { value: "SELL", label: "Sell" },
        ]}
      />
      <Select label="Broker" value={draft.account} onChange={(event) => change({ account: event.target.value })}>
        <option value="auto">Auto: the cheapest that can take it</option>
        {accounts?.map((account) => (
          <option key={account.id} value={account.id} disabled={account.state !== "connected"}>
            {account.label}
            {account.state !== "connected" ? " (not connected)" : ""}
          </option>
        ))}
      </Select>
      <Field
        label="Quantity"
        inputMode="numeric"
        autoComplete="off"
        data-autofocus
        value={draft.quantity}
        error={draft.quantity === "" ? null : mistakes.quantity}
        hint={lots === null ? (stock.lot > 1 ? `Lot of ${stock.lot}` : undefined) : `${lots} × ${stock.lot}`}
        trailing={<QuantityShortcuts draft={draft} stock={stock} onPick={(quantity) => change({ quantity })} />}
        onChange={(event) => change({ quantity: cleaned(event.target.value) })}
        onKeyDown={arrows((steps) => change({ quantity: stepQuantity(draft.quantity, stock.lot, steps) }))}
      />
      <Segmented
        label="Price type"
        value={draft.orderType}
        choices={orderTypes}
        onChange={(orderType) =>
          change({ orderType, ...(needsPrice(orderType) && !draft.price && last ? { price: last } : {}) })
        }
      />
      <div className="grid grid-cols-2 gap-3">
        <Field
          label="Price"
          inputMode="decimal"
          autoComplete="off"
          disabled={!needsPrice(draft.orderType)}
          placeholder={needsPrice(draft.orderType) ? "" : "at market"}
          value={needsPrice(draft.orderType) ? draft.price : ""}
          error={mistakes.price}
          hint={needsPrice(draft.orderType) ? `Tick ${money.price(stock.tick)}` : undefined}
          onChange={(event) => change({ price: cleaned(event.target.value) })}
          onKeyDown={arrows((steps) => change({ price: stepPrice(draft.price, stock.tick, steps, last) }))}
        />
        <Field
          label="Trigger"
          inputMode="decimal"
          autoComplete="off"
          disabled={!needsTrigger(draft.orderType)}
          placeholder={needsTrigger(draft.orderType) ? "" : "none"}
          value={needsTrigger(draft.orderType) ? draft.trigger : ""}
          error={draft.trigger === "" ? null : mistakes.trigger_price}
          onChange={(event) => change({ trigger: cleaned(event.target.value) })}
          onKeyDown={arrows((steps) => change({ trigger: stepPrice(draft.trigger, stock.tick, steps, last) }))}
        />
      </div>
      <div className="grid grid-cols-[2fr_1fr] gap-3">
        <Segmented
          label="Product"
          value={draft.product}
          onChange={(product) => change({ product })}
          choices={productsFor(stock.kind).map((product) => ({
            value: product,
            label: productWords[product],
            title: productHelp[product],
          }))}
        />
        <Segmented
          label="Validity"
          value={draft.validity}
          onChange={(validity) => change({ validity })}
          choices={[
            { value: "DAY", label: "Day", title: "Until the end of the session" },
            { value: "IOC", label: "IOC", title: "At once, the rest is cancelled" },
          ]}
        />
      </div>
      <p className="text-xs text-faint">{productHelp[draft.product]}.</p>
      {isDerivative(stock.kind) && stock.freeze && count !== null && count > stock.freeze && (
        <p className="text-xs text-warning">
          Above the freeze quantity of {money.quantity(stock.freeze)}: it will be sent in slices.
        </p>
      )}
      <p className="text-2xs text-faint max-md:hidden">
        <Key>↑</Key> <Key>↓</Key> step, with Shift by ten
      </p>
    </fieldset>
  );
}
