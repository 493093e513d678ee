// The calls the screens make, under the names the screens use.
import { baseApi } from "./base";
import type {
  Account,
  Broker,
  Candle,
  LoginStarted,
  Me,
  Meta,
  Order,
  OrderIn,
  OrderPage,
  Portfolio,
  Preview,
  Stock,
  StockDetail,
  Token,
} from "./types";

interface Credentials {
  email: string;
  password: string;
}

export const api = baseApi.injectEndpoints({
  endpoints: (build) => ({
    signUp: build.mutation<Me, Credentials & { name?: string }>({
      query: (body) => ({ url: "/v1/users/signup", method: "POST", body }),
    }),
    signIn: build.mutation<Token, Credentials & { totp?: string }>({
      query: (body) => ({ url: "/v1/users/login", method: "POST", body }),
    }),
    signOut: build.mutation<void, void>({ query: () => ({ url: "/v1/users/logout", method: "POST" }) }),
    me: build.query<Me, void>({ query: () => "/v1/users/me", providesTags: ["Me"] }),
    changeMe: build.mutation<Me, Partial<Pick<Me, "name" | "mode" | "primary_account">>>({
      query: (body) => ({ url: "/v1/users/me", method: "PATCH", body }),
      invalidatesTags: ["Me"],
    }),
    meta: build.query<Meta, void>({ query: () => "/v1/meta" }),

    brokers: build.query<Broker[], void>({ query: () => "/v1/brokers" }),
    accounts: build.query<Account[], void>({ query: () => "/v1/accounts", providesTags: ["Account"] }),
    connect: build.mutation<LoginStarted, { broker: string; label?: string; credentials: Record<string, string> }>({
      query: (body) => ({ url: "/v1/accounts", method: "POST", body }),
      invalidatesTags: ["Account", "Portfolio"],
    }),
    reconnect: build.mutation<LoginStarted, { id: string; credentials?: Record<string, string> }>({
      query: ({ id, ...body }) => ({ url: `/v1/accounts/${id}/login`, method: "POST", body }),
      invalidatesTags: ["Account", "Portfolio"],
    }),
    disconnect: build.mutation<void, string>({
      query: (id) => ({ url: `/v1/accounts/${id}`, method: "DELETE" }),
      invalidatesTags: ["Account", "Portfolio"],
    }),
    deposit: build.mutation<unknown, { account: string; amount: string }>({
      query: (body) => ({ url: "/v1/funds/deposit", method: "POST", body }),
      invalidatesTags: ["Portfolio"],
    }),
    withdraw: build.mutation<unknown, { account: string; amount: string }>({
      query: (body) => ({ url: "/v1/funds/withdraw", method: "POST", body }),
      invalidatesTags: ["Portfolio"],
    }),

    stocks: build.query<{ items: Stock[]; total: number }, { q: string; limit?: number }>({
      query: (params) => ({ url: "/v1/stocks", params }),
    }),
    stock: build.query<StockDetail, string>({
      query: (symbol) => `/v1/stocks/${encodeURIComponent(symbol)}`,
      providesTags: ["Stock"],
    }),
    history: build.query<{ candles: Candle[] }, { symbol: string; interval: string }>({
      query: ({ symbol, interval }) => ({
        url: `/v1/stocks/${encodeURIComponent(symbol)}/history`,
        params: { interval },
      }),
    }),

    preview: build.query<Preview, OrderIn>({
      query: (body) => ({ url: "/v1/orders/preview", method: "POST", body }),
      keepUnusedDataFor: 0,
    }),
    placeOrder: build.mutation<Order, { order: OrderIn; key: string }>({
      query: ({ order, key }) => ({
        url: "/v1/orders",
        method: "POST",
        body: order,
        headers: { "Idempotency-Key": key },
      }),
      invalidatesTags: ["Order", "Portfolio"],
    }),
    orders: build.query<OrderPage, { status: "open" | "done" | "all"; limit?: number }>({
      query: (params) => ({ url: "/v1/orders", params }),
      providesTags: ["Order"],
    }),
    order: build.query<Order, string>({ query: (id) => `/v1/orders/${id}`, providesTags: ["Order"] }),
    cancelOrder: build.mutation<Order, string>({
      query: (id) => ({ url: `/v1/orders/${id}`, method: "DELETE" }),
      invalidatesTags: ["Order"],
    }),

    portfolio: build.query<Portfolio, void>({ query: () => "/v1/portfolio", providesTags: ["Portfolio"] }),
  }),
});

export const {
  useSignUpMutation,
  useSignInMutation,
  useSignOutMutation,
  useMeQuery,
  useChangeMeMutation,
  useMetaQuery,
  useBrokersQuery,
  useAccountsQuery,
  useConnectMutation,
  useReconnectMutation,
  useDisconnectMutation,
  useDepositMutation,
  useWithdrawMutation,
  useStocksQuery,
  useStockQuery,
  useHistoryQuery,
  usePreviewQuery,
  usePlaceOrderMutation,
  useOrdersQuery,
  useOrderQuery,
  useCancelOrderMutation,
  usePortfolioQuery,
} = api;
