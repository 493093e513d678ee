// A server for tests that answers over real requests, and the app's providers around a component.
import { configureStore } from "@reduxjs/toolkit";
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { api } from "@/api";
import { sessionReducer } from "@/features/session/state";
import { ticketReducer } from "@/features/ticket/state";
import { account, decision, infy, order, portfolio } from "./fixtures";

export const url = (path: string): string => `${window.location.origin}${path}`;

export const server = setupServer(
  http.get(url("/v1/meta"), () =>
    HttpResponse.json({
      name: "TradeMaster",
      version: "1",
      paper: true,
      market: { open: true, phase: "open", now: "2026-11-20T10:00:00+05:30" },
    }),
  ),
  http.get(url("/v1/accounts"), () => HttpResponse.json([account])),
  http.get(url("/v1/watchlists"), () => HttpResponse.json({ items: [], most_lists: 50, most_symbols: 250 })),
  http.get(url("/v1/portfolio"), () => HttpResponse.json(portfolio)),
  http.get(url("/v1/stocks/:symbol"), () => HttpResponse.json(infy)),
  http.post(url("/v1/orders/preview"), () => HttpResponse.json({ decision, instrument: infy, notional: "15000.00" })),
  http.get(url("/v1/users/me"), () =>
    HttpResponse.json({ id: "u-1", email: "a@b.in", name: "A", mode: "orchestrator", primary_account: null }),
  ),
  http.get(url("/v1/users/me/policy"), () => HttpResponse.json({ kind: "cheapest" })),
  http.get(url("/v1/charges"), () => HttpResponse.json({ estimates: [] })),
  http.get(url("/v1/orders/:id"), () => HttpResponse.json(order)),
);

export const testStore = () =>
  configureStore({
    reducer: { [api.reducerPath]: api.reducer, session: sessionReducer, ticket: ticketReducer },
    middleware: (defaults) => defaults().concat(api.middleware),
  });
