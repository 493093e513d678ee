// What every page of the portfolio has around it: waiting, no answer, no broker yet, who is missing, and whose part is looked at.
import { lazy, Suspense, useDeferredValue, useMemo } from "react";
import { useSearchParams } from "react-router";
import { inWords, type Portfolio, problemOf, useGetPortfolioQuery, useRefreshPortfolioMutation } from "@/api";
import { brokerName } from "@/components/badge";
import { Button } from "@/components/button";
import { Chips } from "@/components/field";
import { Age } from "@/components/figures";
import { Notice, PageHead, Waiting } from "@/components/surface";
import { toast } from "@/components/toasts";
import { PullToRefresh, RefreshButton } from "@/gestures";
import { Trans, t } from "@/text";
import { Gaps } from "./Gaps";
import { holdingAsRead, positionAsRead } from "./live";
import type { LiveHolding, LivePosition } from "./valuation";

const FirstRun = lazy(async () => ({ default: (await import("@/features/brokers/FirstRun")).FirstRun }));

export interface View {
  data: Portfolio;
  /** The broker whose part is looked at; all of them when left out. */
  broker: string | undefined;
  /** Lines as they were read; cells move them with the ticks. */
  holdings: readonly LiveHolding[];
  positions: readonly LivePosition[];
}

interface Props {
  title: string;
  /** The heading is there for screen readers alone. */
  quiet?: boolean;
  children: (view: View) => React.ReactNode;
}

const present = <R,>(row: R | null): row is R => row !== null;

export const useView = (data: Portfolio | undefined, broker: string | undefined): View | null =>
  useMemo(
    () =>
      data
        ? {
            data,
            broker,
            holdings: data.holdings.map((line) => holdingAsRead(line, broker)).filter(present),
            positions: data.positions.map((line) => positionAsRead(line, broker)).filter(present),
          }
        : null,
    [data, broker],
  );

/** The broker of the address, so that a link shows the same part. */
export function useBroker(): [string | undefined, (broker: string | undefined) => void] {
  const [params, setParams] = useSearchParams();
  const choose = (broker: string | undefined) =>
    setParams((before) => {
      const after = new URLSearchParams(before);
      if (broker) after.set("broker", broker);
      else after.delete("broker");
      return after;
    });
  return [params.get("broker") ?? undefined, choose];
}

export function PortfolioFrame({ title, quiet, children }: Props) {
  const [asked] = useBroker();
  const { data, error, refetch, isFetching } = useGetPortfolioQuery(undefined, {
    pollingInterval: 30_000,
    skipPollingIfUnfocused: true,
  });
  const [refresh] = useRefreshPortfolioMutation();
  const names = data ? brokersOf(data) : [];
  const broker = asked && names.includes(asked) ? asked : undefined;
  // Drawn in slices: what was there stays in reach while the new numbers are laid out.
  const view = useDeferredValue(useView(data, broker), null);
  if (!data || !view) {
    if (!error) return <Waiting rows={12} />;
    return (
      <Notice tone="bad" className="m-4" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
        {inWords(problemOf(error))}
      </Notice>
    );
  }
  if (data.funds.length === 0 && data.gaps.length === 0 && data.holdings.length === 0) {
    return (
      <Suspense fallback={<Waiting rows={8} />}>
        <FirstRun />
      </Suspense>
    );
  }
  const gaps = data.gaps.filter((gap) => !broker || gap.broker === broker);
  async function readAll(): Promise<void> {
    const answer = await refresh();
    if (answer.error)
      toast({ tone: "bad", title: t("portfolio:refresh_failed"), text: inWords(problemOf(answer.error)) });
  }
  return (
    <PullToRefresh onRefresh={readAll}>
      <div aria-busy={isFetching} className="pb-6">
        {quiet ? (
          <h1 className="sr-only">{title}</h1>
        ) : (
          <PageHead title={title}>
            <Ages data={data} />
            <RefreshButton onRefresh={readAll} className="max-md:hidden" />
          </PageHead>
        )}
        <Gaps gaps={gaps} counted={(gap) => data.funds.some((line) => line.account === gap.account)} />
        {error && (
          <Notice tone="warning" className="mx-4 mb-3">
            <Trans k="portfolio:no_answer_numbers_of" components={{ age: <Age at={data.as_of} /> }} />
          </Notice>
        )}
        {children(view)}
      </div>
    </PullToRefresh>
  );
}

export const brokersOf = (data: Portfolio): string[] => [
  ...new Set([...data.funds, ...data.gaps].map((line) => line.broker)),
];

/** When the oldest reading in the totals was made, and how old the oldest price in them is. */
export function Ages({ data }: { data: Portfolio }) {
  const { as_of, priced_as_of } = data.totals;
  return (
    <p className="text-xs text-faint">
      <Trans
        k="portfolio:ages"
        components={{ read: <Age at={as_of} fresh={30} />, priced: <Age at={priced_as_of} fresh={15} /> }}
      />
    </p>
  );
}

/** All, or one broker's part; nothing while there is only one. */
export function BrokerChips({ data }: { data: Portfolio }) {
  const [broker, choose] = useBroker();
  const names = brokersOf(data);
  if (names.length < 2) return null;
  return (
    <Chips
      label={t("portfolio:broker")}
      value={broker && names.includes(broker) ? broker : "all"}
      onChange={(next) => choose(next === "all" ? undefined : next)}
      choices={[
        { value: "all", label: t("portfolio:all_brokers") },
        ...names.map((name) => ({ value: name, label: brokerName(name) })),
      ]}
    />
  );
}
