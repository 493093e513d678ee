// Past trades: page after page as far back as one looks, and a broker's own file brought in as its bytes.
import { api } from "./endpoints";
import type { ListTradesApiArg, TradesOut } from "./generated";
import type { ImportedTrades } from "./types";

export type TradeQuery = Omit<ListTradesApiArg, "cursor" | "limit">;

interface TradeFile {
  account: string;
  /** Keeps the new trades; without it the answer only says what the file has. */
  commit: boolean;
  /** As it is: the server knows the encodings that brokers' reports come in. */
  file: Blob;
}

const PAGE = 100;

const historyApi = api.injectEndpoints({
  endpoints: (build) => ({
    tradePages: build.infiniteQuery<TradesOut, TradeQuery, string | null>({
      query: ({ queryArg, pageParam }) => ({
        url: "/v1/trades",
        params: { ...queryArg, cursor: pageParam ?? undefined, limit: PAGE },
      }),
      infiniteQueryOptions: {
        initialPageParam: null,
        getNextPageParam: (last) => last.next_cursor ?? undefined,
      },
      providesTags: ["History"],
    }),
    importFile: build.mutation<ImportedTrades, TradeFile>({
      query: ({ account, commit, file }) => ({
        url: "/v1/trades/import",
        method: "POST",
        params: { account, commit },
        headers: { "Content-Type": "text/csv" },
        body: file,
      }),
      invalidatesTags: (result) => (result?.committed ? ["History"] : []),
    }),
  }),
});

export const { useTradePagesInfiniteQuery, useImportFileMutation } = historyApi;
