import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { ExternalOrder } from "@/api";
import { server, testStore, url } from "@/test/server";
import { ExternalOrders } from "./ExternalOrders";
import { externalState } from "./status";

const order: ExternalOrder = {
  account: "a-z",
  account_label: "Zerodha",
  broker: "zerodha",
  broker_order_id: "261120000009",
  exchange: "NSE",
  symbol: "INFY",
  side: "SELL",
  product: "CNC",
  order_type: "LIMIT",
  quantity: 10,
  filled_quantity: 0,
  average_price: null,
  price: "1600.00",
  trigger_price: null,
  status: "OPEN",
  live: true,
  broker_words: "OPEN",
  message: "",
  at: "2026-11-20T10:00:00+05:30",
};

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

function show(missing: { account: string; account_label: string; reason: string }[] = []): string[] {
  let held = order;
  const cancelled: string[] = [];
  server.use(
    http.get(url("/v1/orders/external"), () => HttpResponse.json({ items: [held], missing })),
    http.delete(url("/v1/orders/external/:account/:number"), ({ params }) => {
      cancelled.push(`${params.account} ${params.number}`);
      held = { ...order, status: "CANCELLED", live: false };
      return HttpResponse.json(held);
    }),
  );
  render(
    <Provider store={testStore()}>
      <ExternalOrders />
    </Provider>,
  );
  return cancelled;
}

test("an order placed past us is cancelled only after a second yes", async () => {
  const cancelled = show();
  await userEvent.click(await screen.findByRole("button", { name: "Cancel INFY at Zerodha" }));
  expect(cancelled).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Cancel it" }));
  expect(await screen.findByText("Cancelled")).toBeTruthy();
  expect(cancelled).toEqual(["a-z 261120000009"]);
});

test("a book that could not be read is named beside those that could", async () => {
  show([{ account: "a-u", account_label: "Upstox", reason: "no answer in 5 s" }]);
  expect(await screen.findByText("Upstox's orders are not all here: no answer in 5 s.")).toBeTruthy();
  expect(screen.getByText("INFY")).toBeTruthy();
});

test("a state that nobody knows is shown in the broker's word", () => {
  expect(externalState({ status: "UNRECOGNISED", broker_words: "FROZEN" }).word).toBe("FROZEN");
});
