// The fields of an order, in the order a trader thinks: side, broker, quantity, price type, price, trigger, product, validity.
import { useListAccountsQuery } from "@/api";
import { Field, Segmented } from "@/components/field";
import { Key } from "@/components/surface";
import { cx } from "@/lib/classes";
import type { Amount } from "@/lib/money";
import * as money from "@/lib/money";
import { t } from "@/text";
import { BrokerField } from "./BrokerField";
import { cleaned, type Draft, needsPrice, needsTrigger, productsFor, stepPrice } from "./draft";
import { MoreFields } from "./MoreFields";
import type { Mistakes } from "./mistakes";
import { mayTake, offersType, offersValidity, productsOffered } from "./offers";
import { QuantityField } from "./QuantityField";
import { arrows } from "./stepping";
import type { Instrument } from "./useDraft";

interface Props {
  draft: Draft;
  mistakes: Mistakes;
  stock: Instrument;
  eachNeeds: Amount | null;
  change: (change: Partial<Draft>) => void;
}

const types = ["MARKET", "LIMIT", "SL", "SL-M"] as const;
const validities = ["DAY", "IOC", "TTL"] as const;

function Prices({ draft, mistakes, stock, change }: Omit<Props, "eachNeeds">) {
  const [priced, triggered] = [needsPrice(draft.orderType), needsTrigger(draft.orderType)];
  const step = (text: string, steps: number) => stepPrice(text, stock.tick, steps, stock.last);
  return (
    // On the desk the two keep their place, so that nothing moves when the type changes; the phone has no room to spare.
    <div className={cx("grid grid-cols-2 gap-3", !priced && !triggered && "max-md:hidden")}>
      <Field
        label={t("ticket:price")}
        inputMode="decimal"
        autoComplete="off"
        disabled={!priced}
        placeholder={priced ? "" : t("ticket:at_market")}
        value={priced ? draft.price : ""}
        error={mistakes.price}
        hint={priced ? t("ticket:tick", { tick: money.price(stock.tick) }) : undefined}
        onChange={(event) => change({ price: cleaned(event.target.value) })}
        onKeyDown={arrows((steps) => change({ price: step(draft.price, steps) }))}
      />
      <Field
        label={t("ticket:trigger")}
        inputMode="decimal"
        autoComplete="off"
        disabled={!triggered}
        placeholder={triggered ? "" : t("ticket:none")}
        value={triggered ? draft.trigger : ""}
        error={draft.trigger === "" ? null : mistakes.trigger_price}
        onChange={(event) => change({ trigger: cleaned(event.target.value) })}
        onKeyDown={arrows((steps) => change({ trigger: step(draft.trigger, steps) }))}
      />
    </div>
  );
}

function Terms({ draft, mistakes, stock, change }: Omit<Props, "eachNeeds">) {
  const { data } = useListAccountsQuery();
  const accounts = mayTake(data, draft.account);
  return (
    <>
      <div className="flex flex-col gap-3">
        <Segmented
          label={t("ticket:product")}
          value={draft.product}
          onChange={(product) => change({ product })}
          choices={productsFor(stock.kind, productsOffered(accounts)).map((product) => ({
            value: product,
            label: t(`ticket:product_word.${product}`),
            title: t(`ticket:product_help.${product}`),
          }))}
        />
        <Segmented
          label={t("ticket:validity")}
          value={draft.validity}
          onChange={(validity) => change({ validity })}
          choices={validities.map((validity) => {
            const whyNot = offersValidity(accounts, validity);
            return {
              value: validity,
              label: t(`ticket:validity_word.${validity}`),
              title: whyNot ?? t(`ticket:validity_help.${validity}`),
              disabled: whyNot !== null && validity !== draft.validity,
            };
          })}
        />
      </div>
      <p className="text-xs text-faint">
        {t(`ticket:product_help.${draft.product}`)}
        {draft.validity !== "DAY" && ` ${t(`ticket:validity_help.${draft.validity}`)}`}
      </p>
      {draft.validity === "TTL" && (
        <Field
          label={t("ticket:minutes")}
          inputMode="numeric"
          autoComplete="off"
          value={draft.minutes}
          error={draft.minutes === "" ? null : mistakes.validity_minutes}
          onChange={(event) => change({ minutes: cleaned(event.target.value) })}
        />
      )}
    </>
  );
}

export function TicketForm({ draft, mistakes, stock, eachNeeds, change }: Props) {
  const { data } = useListAccountsQuery();
  const accounts = mayTake(data, draft.account);
  const last = stock.last;
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="sr-only">{t("ticket:order")}</legend>
      <Segmented
        label={t("ticket:side")}
        hideLabel
        value={draft.side}
        onChange={(side) => change({ side })}
        selected={draft.side === "BUY" ? "bg-buy text-on-side font-semibold" : "bg-sell text-on-side font-semibold"}
        choices={[
          { value: "BUY", label: t("common:buy") },
          { value: "SELL", label: t("common:sell") },
        ]}
      />
      <BrokerField account={draft.account} onChange={(account) => change({ account })} />
      <QuantityField
        draft={draft}
        stock={stock}
        mistake={mistakes.quantity}
        eachNeeds={eachNeeds}
        onChange={(quantity) => change({ quantity })}
      />
      <Segmented
        label={t("ticket:price_type")}
        value={draft.orderType}
        choices={types.map((type) => {
          const whyNot = offersType(accounts, type);
          return {
            value: type,
            label: t(`ticket:type_word.${type}`),
            title: whyNot ?? t(`ticket:type_help.${type}`),
            disabled: whyNot !== null && type !== draft.orderType,
          };
        })}
        onChange={(orderType) =>
          change({ orderType, ...(needsPrice(orderType) && !draft.price && last ? { price: last } : {}) })
        }
      />
      <Prices draft={draft} mistakes={mistakes} stock={stock} change={change} />
      <Terms draft={draft} mistakes={mistakes} stock={stock} change={change} />
      <MoreFields draft={draft} mistakes={mistakes} stock={stock} accounts={accounts} change={change} />
      <p className="text-2xs text-faint max-md:hidden">
        <Key>{t("ticket:up")}</Key> <Key>{t("ticket:down")}</Key> {t("ticket:steps")}
      </p>
    </fieldset>
  );
}
