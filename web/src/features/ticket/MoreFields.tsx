// The less common fields, folded until wanted; what no connected broker takes says so instead of being offered.
import { useEffect, useRef } from "react";
import type { Account } from "@/api";
import { Field, Select } from "@/components/field";
import { prefs, setPrefs } from "@/lib/prefs";
import { t } from "@/text";
import { useStandard } from "./BrokerField";
import { cleaned, type Draft, type Route, stepPrice } from "./draft";
import type { Mistakes } from "./mistakes";
import { offersFeature } from "./offers";
import { arrows } from "./stepping";
import type { Instrument } from "./useDraft";
import { useHours } from "./useHours";

interface Props {
  draft: Draft;
  mistakes: Mistakes;
  stock: Instrument;
  accounts: readonly Account[];
  change: (change: Partial<Draft>) => void;
}

const routes: readonly Route[] = ["own", "cheapest", "fastest", "most_reliable", "spread"];

function AfterMarket({ draft, stock, accounts, change }: Omit<Props, "mistakes">) {
  const { open } = useHours(stock.exchange);
  const whyNot = open
    ? t("ticket:after_market_closed_only")
    : offersFeature(accounts, (features) => features.after_market);
  return (
    <label className="flex min-h-8 items-center gap-2 max-md:min-h-11" title={whyNot ?? t("ticket:after_market_help")}>
      <input
        type="checkbox"
        className="size-4 accent-(--accent) max-md:size-5"
        checked={draft.afterMarket}
        disabled={whyNot !== null && !draft.afterMarket}
        onChange={(event) => change({ afterMarket: event.target.checked })}
      />
      <span className={whyNot && !draft.afterMarket ? "text-faint" : ""}>{t("ticket:after_market")}</span>
      {whyNot && <span className="text-xs text-faint">{whyNot}</span>}
    </label>
  );
}

function Hidden({ draft, mistakes, stock, accounts, change }: Props) {
  const noLegs = offersFeature(accounts, (features) => features.iceberg_legs > 0);
  const noDisclosed =
    stock.kind === "EQ"
      ? offersFeature(accounts, (features) => features.disclosed_quantity)
      : t("ticket:disclosed_shares");
  return (
    <div className="grid grid-cols-2 gap-3">
      <Field
        label={t("ticket:legs")}
        inputMode="numeric"
        autoComplete="off"
        placeholder={t("ticket:none")}
        disabled={noLegs !== null && draft.legs === ""}
        value={draft.legs}
        error={mistakes.iceberg_legs}
        hint={noLegs ?? t("ticket:legs_help")}
        onChange={(event) => change({ legs: cleaned(event.target.value) })}
      />
      <Field
        label={t("ticket:disclosed")}
        inputMode="numeric"
        autoComplete="off"
        placeholder={t("ticket:none")}
        disabled={noDisclosed !== null && draft.disclosed === ""}
        value={draft.disclosed}
        error={mistakes.disclosed_quantity}
        hint={noDisclosed ?? t("ticket:disclosed_help")}
        onChange={(event) => change({ disclosed: cleaned(event.target.value) })}
      />
    </div>
  );
}

function Protection({ draft, mistakes, stock, accounts, change }: Props) {
  const whyNot =
    draft.product === "MIS"
      ? t("ticket:protection_intraday")
      : offersFeature(accounts, (features) => features.conditionals.length > 0);
  const field = (which: "stop" | "target") => (
    <Field
      label={t(`ticket:${which}`)}
      inputMode="decimal"
      autoComplete="off"
      placeholder={t("ticket:none")}
      disabled={whyNot !== null && draft[which] === ""}
      value={draft[which]}
      error={mistakes[which]}
      onChange={(event) => change({ [which]: cleaned(event.target.value) })}
      onKeyDown={arrows((steps) => change({ [which]: stepPrice(draft[which], stock.tick, steps, stock.last) }))}
    />
  );
  return (
    <div>
      <div className="grid grid-cols-2 gap-3">
        {field("stop")}
        {field("target")}
      </div>
      <p className="mt-1 text-xs text-faint">{whyNot ?? t("ticket:protection_help")}</p>
    </div>
  );
}

export function MoreFields(props: Props) {
  const { draft, change } = props;
  const standard = useStandard();
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (details.current) details.current.open = prefs().ticketMore;
  }, []);
  const used =
    draft.legs !== "" || draft.disclosed !== "" || draft.afterMarket || draft.stop !== "" || draft.target !== "";
  return (
    <details
      ref={details}
      className="border-t border-line pt-1"
      onToggle={(event) => setPrefs({ ticketMore: event.currentTarget.open })}
    >
      <summary className="py-1 text-xs text-quiet select-none hover:text-ink max-md:py-3.5">
        {t("ticket:more")}
        {used && <span className="ml-1.5 text-accent">{t("ticket:more_used")}</span>}
      </summary>
      <div className="mt-1 flex flex-col gap-3">
        {!standard && draft.account === "auto" && (
          <Select
            label={t("ticket:route")}
            value={draft.route}
            onChange={(event) => change({ route: event.target.value as Route })}
          >
            {routes.map((route) => (
              <option key={route} value={route}>
                {t(`ticket:route_word.${route}`)}
              </option>
            ))}
          </Select>
        )}
        <Protection {...props} />
        <Hidden {...props} />
        <AfterMarket {...props} />
      </div>
    </details>
  );
}
