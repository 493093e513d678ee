// The order book as far back as one cares to look: page after page, kept together so that none is missed when new orders come.
import { api } from "./endpoints";
import type { OrderListArg, OrderPage } from "./types";

export type OrderQuery = Omit<OrderListArg, "cursor" | "limit">;

const PAGE = 60;

export const orderPagesApi = api.injectEndpoints({
  endpoints: (build) => ({
    orderPages: build.infiniteQuery<OrderPage, OrderQuery, string | null>({
      query: ({ queryArg, pageParam }) => ({
        url: "/v1/orders",
        params: { ...queryArg, cursor: pageParam ?? undefined, limit: PAGE },
      }),
      infiniteQueryOptions: {
        initialPageParam: null,
        getNextPageParam: (last) => last.next_cursor ?? undefined,
      },
      providesTags: ["Order"],
    }),
  }),
});

export const { useOrderPagesInfiniteQuery } = orderPagesApi;
