// The base of every call: bearer token, and one refresh and repeat when the token has run out.
import {
  type BaseQueryFn,
  createApi,
  type FetchArgs,
  type FetchBaseQueryError,
  fetchBaseQuery,
} from "@reduxjs/toolkit/query/react";
import { type ProofWay, proven } from "./proof";
import { accessToken, refresh } from "./session";
import { traceparent } from "./trace";

/** A list goes as the same name several times, as the server reads it. */
function inQuery(params: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  }
  return query.toString();
}

const plain = fetchBaseQuery({
  baseUrl: typeof window === "undefined" ? "http://localhost" : window.location.origin,
  credentials: "same-origin",
  timeout: 20_000,
  responseHandler: "content-type", // tables come as CSV
  isJsonContentType: (headers) => /[/+]json\b/.test(headers.get("content-type") ?? ""), // problems, too
  paramsSerializer: inQuery,
  prepareHeaders: (headers) => {
    const token = accessToken();
    if (token) headers.set("Authorization", `Bearer ${token}`);
    headers.set("traceparent", traceparent());
    return headers;
  },
});

// What answers `step_up_needed` has done nothing: it is sent again once the person has shown who they are.
const asked: typeof plain = async (args, api, extra) => {
  const answer = await plain(args, api, extra);
  const problem = answer.error?.data as { code?: unknown; ways?: unknown } | undefined;
  if (answer.error?.status !== 403 || problem?.code !== "step_up_needed") return answer;
  const ways = Array.isArray(problem.ways) ? (problem.ways as ProofWay[]) : [];
  return (await proven(ways)) ? plain(args, api, extra) : answer;
};

const authorised: BaseQueryFn<string | FetchArgs, unknown, FetchBaseQueryError> = async (args, api, extra) => {
  const first = await asked(args, api, extra);
  const isSignIn = typeof args !== "string" && /\/users\/(login|signup|passkey\/login|oidc\/code)$/.test(args.url);
  if (first.error?.status !== 401 || isSignIn) return first;
  try {
    // A 401 means the server did nothing, so asking again repeats nothing.
    return (await refresh()) ? await asked(args, api, extra) : first;
  } catch (unreachable) {
    return { error: { status: "FETCH_ERROR", error: String(unreachable) } };
  }
};

export const baseApi = createApi({
  reducerPath: "api",
  baseQuery: authorised,
  tagTypes: [
    "Me",
    "Passkey",
    "Hook",
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
    "Security",
    "Consent",
    "Token",
    "KnownUser",
    "Job",
    "DeadLetter",
    "Unclear",
    "BrokerSession",
    "CalendarOverride",
    "Breaker",
    "Webhook",
    "WebhookDelivery",
    "Approval",
  ],
  endpoints: () => ({}),
});
