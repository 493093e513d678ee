// Whether an exchange trades now, and when it does next: commodities and currency keep other hours than shares.
import { useMetaQuery } from "@/api";

export interface Hours {
  /** Null while it is not known. */
  open: boolean | null;
  opensAt: string | null;
}

export function useHours(exchange: string): Hours {
  const { data: meta } = useMetaQuery(undefined, { pollingInterval: 60_000 });
  const own = meta?.exchanges?.find((each) => each.exchange === exchange);
  return { open: own?.open ?? meta?.market.open ?? null, opensAt: own?.opens_at ?? null };
}
