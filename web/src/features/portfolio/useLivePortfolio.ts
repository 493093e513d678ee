// The portfolio as read, revalued on ticks; read again every half minute in case an event was missed.
import { useMemo } from "react";
import { useGetPortfolioQuery } from "@/api";
import { useTicks } from "@/features/market/prices";
import { livePortfolio } from "./valuation";

export function useLivePortfolio(broker?: string) {
  const query = useGetPortfolioQuery(undefined, { pollingInterval: 30_000, skipPollingIfUnfocused: true });
  const { data } = query;
  const symbols = useMemo(
    () =>
      data
        ? [...new Set([...data.holdings, ...data.positions].map((row) => `${row.exchange}:${row.symbol}`))].sort()
        : [],
    [data],
  );
  const ticks = useTicks(symbols);
  const live = useMemo(() => (data ? livePortfolio(data, ticks, broker) : null), [data, ticks, broker]);
  return { ...query, live };
}
