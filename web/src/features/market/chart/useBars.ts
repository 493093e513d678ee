// The candles of an instrument: the newest at once, older ones as one looks back, and again after the connection was away.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type Interval, inWords, problemOf, useGetHistoryQuery, useLazyGetHistoryQuery } from "@/api";
import { usePriceFeedState } from "../prices";
import { type Bar, barOf, before } from "./bars";
import { fromIst, page } from "./candleTime";

interface Older {
  of: string;
  bars: Bar[];
  /** No broker tells anything before these. */
  end: boolean;
}

export interface Bars {
  /** Null until the server has answered for this instrument and interval. */
  bars: Bar[] | null;
  waiting: boolean;
  /** Why there is nothing, or what is missing in it. */
  words: string | null;
  failed: boolean;
  retry: () => void;
  older: () => void;
}

export function useBars(symbol: string, interval: Interval): Bars {
  const of = `${symbol} ${interval}`;
  const { currentData, error, isFetching, refetch } = useGetHistoryQuery(
    { symbol, interval },
    { refetchOnMountOrArgChange: true },
  );
  const [ask] = useLazyGetHistoryQuery();
  const [kept, setKept] = useState<Older>({ of, bars: [], end: false });
  const asking = useRef<string | null>(null);
  const feed = usePriceFeedState();
  const wasDown = useRef(false);
  useEffect(() => {
    if (feed === "live" && wasDown.current) void refetch();
    wasDown.current = feed !== "live";
  }, [feed, refetch]);

  const newest = useMemo(() => currentData?.candles.map(barOf) ?? null, [currentData]);
  const mine = kept.of === of ? kept : null;
  const bars = useMemo(() => (newest ? before(mine?.bars ?? [], newest) : null), [newest, mine]);
  const first = bars?.[0]?.time;
  const end = mine?.end ?? false;
  const older = useCallback(() => {
    if (first === undefined || end || asking.current === `${of} ${first}`) return;
    asking.current = `${of} ${first}`;
    const to = fromIst(first - 1);
    const from = new Date(to.getTime() - page(interval));
    ask({ symbol, interval, from: from.toISOString(), to: to.toISOString() })
      .unwrap()
      .then(({ candles }) =>
        setKept((now) => ({
          of,
          bars: before(candles.map(barOf), now.of === of ? now.bars : []),
          end: candles.length === 0,
        })),
      )
      .catch(() => {
        asking.current = null; // it is asked again when one looks there again
      });
  }, [ask, end, first, interval, of, symbol]);

  const gap = currentData?.gaps.at(-1);
  const words = error && !currentData ? inWords(problemOf(error)) : (gap?.words ?? null);
  return {
    bars,
    waiting: isFetching && !currentData,
    words,
    failed: Boolean(error) && !currentData,
    retry: () => void refetch(),
    older,
  };
}
