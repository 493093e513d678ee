// How the portfolio did, apart from what was paid in or taken out: returns, falls, days, and the money that came and went.
import { useState } from "react";
import {
  type BrokerName,
  inWords,
  type Performance,
  type PerformanceRange,
  problemOf,
  useGetPerformanceQuery,
  useListAccountsQuery,
} from "@/api";
import { brokerName, Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Curve } from "@/components/charts/Curve";
import { Chips, Segmented } from "@/components/field";
import { Amount, Gain, Percent, Unknown } from "@/components/figures";
import { Notice, PageHead, Waiting } from "@/components/surface";
import { FirstRun } from "@/features/brokers/FirstRun";
import * as money from "@/lib/money";
import { dayName, shortDay } from "@/lib/time";
import { t } from "@/text";
import { CashFlows } from "./CashFlows";
import { NoEvenings, rangeChoices, scaleOf } from "./EquityCurve";
import { curveOf, fallOf, gapsOf, inPercent, returnOf } from "./evenings";
import { Rebuilt } from "./Rebuilt";

const ranges: readonly PerformanceRange[] = ["1w", "1m", "3m", "6m", "ytd", "1y", "3y", "5y", "all"];
type View = "value" | "return" | "fall";

const ratio = (text: string | null): money.Amount | null => {
  const amount = money.parse(text);
  return amount === null ? null : inPercent(amount);
};

function Fact({
  label,
  title,
  children,
  hero,
}: React.PropsWithChildren<{ label: string; title?: string; hero?: boolean }>) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-faint" title={title}>
        {label}
      </dt>
      <dd className={hero ? "text-xl font-semibold tracking-tight" : "text-base"}>{children}</dd>
    </div>
  );
}

function Heroes({ told }: { told: Performance }) {
  const reason = t("portfolio:performance.too_short");
  return (
    <dl
      aria-label={t("portfolio:performance.returns")}
      className="grid grid-cols-2 gap-x-6 gap-y-3 px-4 pb-4 md:flex md:flex-wrap md:gap-x-10"
    >
      <Fact label={t("portfolio:performance.gain")} title={t("portfolio:performance.gain_about")} hero>
        <Gain value={told.gain} reason={reason} />
      </Fact>
      <Fact label={t("portfolio:performance.twr")} title={t("portfolio:performance.twr_about")} hero>
        <Percent value={ratio(told.twr)} reason={reason} />{" "}
        {told.estimated && (
          <Tag title={t("portfolio:performance.estimated_about")}>{t("portfolio:performance.estimated")}</Tag>
        )}
      </Fact>
      <Fact label={t("portfolio:performance.xirr")} title={t("portfolio:performance.xirr_about")} hero>
        <Percent value={ratio(told.xirr)} reason={reason} />
      </Fact>
      {told.twr_annual !== null && (
        <Fact label={t("portfolio:performance.twr_annual")} title={t("portfolio:performance.twr_annual_about")} hero>
          <Percent value={ratio(told.twr_annual)} />
        </Fact>
      )}
      <Fact label={t("portfolio:performance.drawdown")} title={t("portfolio:performance.drawdown_about")} hero>
        <Percent value={ratio(told.drawdown?.depth ?? null)} reason={reason} />
      </Fact>
      <Fact label={t("portfolio:performance.volatility")} title={t("portfolio:performance.volatility_about")} hero>
        {told.volatility === null ? (
          <Unknown reason={reason} />
        ) : (
          money.percent(ratio(told.volatility), { sign: false })
        )}
      </Fact>
    </dl>
  );
}

function Day({ told, label }: { told: Performance["best"]; label: string }) {
  return (
    <Fact label={label}>
      {told ? (
        <>
          <Percent value={ratio(told.twr)} /> <Gain value={told.gain} />
          <span className="block text-xs text-faint">{shortDay(told.day)}</span>
        </>
      ) : (
        <Unknown reason={t("portfolio:performance.too_short")} />
      )}
    </Fact>
  );
}

function Facts({ told }: { told: Performance }) {
  const { drawdown } = told;
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-3 px-4 py-4 md:grid-cols-4 xl:grid-cols-6">
      <Day told={told.best} label={t("portfolio:performance.best")} />
      <Day told={told.worst} label={t("portfolio:performance.worst")} />
      <Fact label={t("portfolio:performance.deepest")}>
        {drawdown ? (
          t(drawdown.recovered ? "portfolio:performance.recovered" : "portfolio:performance.not_recovered", {
            peak: shortDay(drawdown.peak),
            trough: shortDay(drawdown.trough),
            recovered: shortDay(drawdown.recovered),
          })
        ) : (
          <span className="text-quiet">{t("portfolio:performance.no_fall")}</span>
        )}
      </Fact>
      <Fact label={t("portfolio:performance.begin", { day: shortDay(told.start) })}>
        <Amount value={told.value_start} />
      </Fact>
      <Fact label={t("portfolio:performance.paid_in")}>
        <Amount value={told.net_flow} sign />
      </Fact>
      <Fact label={t("portfolio:performance.end", { day: shortDay(told.end) })}>
        <Amount value={told.value_end} />
      </Fact>
    </dl>
  );
}

const explained = ["gain", "twr", "xirr", "drawdown", "volatility"] as const;

/** The same words as on hover, for those who cannot hover. */
function Meanings() {
  return (
    <details className="px-4 pb-4 text-quiet">
      <summary className="py-2 text-xs max-md:py-3.5">{t("portfolio:performance.meanings")}</summary>
      <dl className="grid gap-x-6 gap-y-1 text-xs md:grid-cols-[auto_1fr]">
        {explained.map((key) => (
          <div key={key} className="contents">
            <dt className="font-medium text-ink">{t(`portfolio:performance.${key}`)}</dt>
            <dd>{t(`portfolio:performance.${key}_about`)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

const percentScale = (pixels: number): string => money.percent(String(pixels.toFixed(2)), { sign: false });

function Drawn({ told, of }: { told: Performance; of: string }) {
  const [view, setView] = useState<View>("value");
  const points = { value: curveOf, return: returnOf, fall: fallOf }[view](told);
  const full = (value: bigint) =>
    view === "value" ? <Amount value={value as money.Amount} /> : <Percent value={value as money.Amount} />;
  return (
    <section aria-label={t("portfolio:performance.curve")} className="border-t border-line pt-3">
      <div className="flex px-4 pb-1">
        <Segmented
          label={t("portfolio:performance.view")}
          hideLabel
          value={view}
          onChange={setView}
          choices={(["value", "return", "fall"] as const).map((each) => ({
            value: each,
            label: t(`portfolio:performance.views.${each}`),
            title: t(`portfolio:performance.views_about.${each}`),
          }))}
        />
      </div>
      <Curve
        key={view}
        label={t("portfolio:performance.curve_label", { what: t(`portfolio:performance.views_about.${view}`), of })}
        points={points}
        gaps={gapsOf(told)}
        tone={view === "fall" ? "loss" : "accent"}
        zero={view === "fall"}
        scale={view === "value" ? scaleOf : percentScale}
        full={full}
        day={dayName}
        shortDay={shortDay}
        className="h-72 max-md:h-52"
      />
    </section>
  );
}

export function PerformancePage() {
  const [range, setRange] = useState<PerformanceRange>("1m");
  const [broker, setBroker] = useState<BrokerName | "all">("all");
  const { data: accounts } = useListAccountsQuery();
  const { currentData, error, refetch } = useGetPerformanceQuery({
    range,
    broker: broker === "all" ? undefined : broker,
  });
  const names = [...new Set(accounts?.map((account) => account.broker))];
  if (accounts?.length === 0) return <FirstRun />;
  return (
    <div className="pb-6">
      <PageHead title={t("portfolio:performance.title")} />
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 pb-4">
        <div className="overflow-x-auto">
          <Segmented
            label={t("portfolio:range")}
            hideLabel
            value={range}
            onChange={setRange}
            choices={rangeChoices(ranges)}
          />
        </div>
        {names.length > 1 && (
          <Chips
            label={t("portfolio:broker")}
            value={broker}
            onChange={setBroker}
            choices={[
              { value: "all", label: t("portfolio:all_brokers") },
              ...names.map((name) => ({ value: name, label: brokerName(name) })),
            ]}
          />
        )}
      </div>
      {error ? (
        <Notice tone="bad" className="mx-4" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      ) : !currentData ? (
        <Waiting rows={8} />
      ) : currentData.known ? (
        <>
          <Heroes told={currentData} />
          <Drawn told={currentData} of={broker === "all" ? t("portfolio:all_of_them") : brokerName(broker)} />
          <Facts told={currentData} />
          <Meanings />
        </>
      ) : (
        <NoEvenings reason={currentData.reason} />
      )}
      {currentData && <Rebuilt told={currentData} />}
      <CashFlows accounts={accounts ?? []} broker={broker === "all" ? undefined : broker} />
    </div>
  );
}
