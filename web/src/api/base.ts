// The base of every call: bearer token, and one refresh and repeat when the token has run out.
import {
  type BaseQueryFn,
  createApi,
  type FetchArgs,
  type FetchBaseQueryError,
  fetchBaseQuery,
} from "@reduxjs/toolkit/query/react";
import { accessToken, refresh } from "./session";

const plain = fetchBaseQuery({
  baseUrl: typeof window === "undefined" ? "http://localhost" : window.location.origin,
  credentials: "same-origin",
  timeout: 20_000,
  responseHandler: "content-type", // tables come as CSV
  prepareHeaders: (headers) => {
    const token = accessToken();
    if (token) headers.set("Authorization", `Bearer ${token}`);
    return headers;
  },
});

const authorised: BaseQueryFn<string | FetchArgs, unknown, FetchBaseQueryError> = async (args, api, extra) => {
  const first = await plain(args, api, extra);
  const isSignIn = typeof args !== "string" && /\/users\/(login|signup)$/.test(args.url);
  if (first.error?.status !== 401 || isSignIn) return first;
  try {
    // A 401 means the server did nothing, so asking again repeats nothing.
    return (await refresh()) ? await plain(args, api, extra) : first;
  } catch (unreachable) {
    return { error: { status: "FETCH_ERROR", error: String(unreachable) } };
  }
};

export const baseApi = createApi({
  reducerPath: "api",
  baseQuery: authorised,
  tagTypes: [
    "Me",
    "Limits",
    "Sandbox",
    "Account",
    "Portfolio",
    "History",
    "Order",
    "Stock",
    "Watchlist",
    "Alert",
    "Notice",
    "Attention",
    "Kill",
    "Conditional",
  ],
  endpoints: () => ({}),
});
