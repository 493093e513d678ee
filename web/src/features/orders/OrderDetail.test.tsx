import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { ChildOrder, Order } from "@/api";
import { Toasts } from "@/components/toasts";
import { order } from "@/test/fixtures";
import { server, testStore, url } from "@/test/server";
import { OrderDetail } from "./OrderDetail";
import { stateOf } from "./status";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const part = order.children[0] as ChildOrder;
const unknown: Order = {
  ...order,
  status: "UNKNOWN",
  filled_quantity: 0,
  average_price: null,
  children: [
    { ...part, status: "UNKNOWN", filled_quantity: 0, average_price: null, broker_order_id: null, tag: "tm9x" },
    {
      ...part,
      id: "c-2",
      account: "a-u",
      account_label: "Upstox",
      broker: "upstox",
      surplus_quantity: 5,
      duplicate_broker_order_ids: ["26-77"],
    },
  ],
  hedge: {
    exchange: "NSE",
    symbol: "INFY",
    side: "SELL",
    quantity: 10,
    product: "MIS",
    words: "If the unknown part was bought, this sells it again.",
  },
  timeline: [
    {
      at: "2026-11-20T10:00:00.123+05:30",
      kind: "lost",
      child: "c-1",
      text: "No clear answer",
      broker_words: "gateway timed out",
      latency_ms: 5012,
      source: null,
    },
  ],
};

function show(shown: Order) {
  server.use(http.get(url("/v1/orders/:id/charges"), () => HttpResponse.json({ parts: [] })));
  const store = testStore();
  render(
    <Provider store={store}>
      <MemoryRouter>
        <OrderDetail order={shown} />
      </MemoryRouter>
    </Provider>,
  );
  return store;
}

test("an unknown part says what is being done, a surplus is loud, and the hedge is offered, never sent", async () => {
  const store = show(unknown);
  expect(screen.getByText(/looked for by its tag tm9x; nothing is sent again/)).toBeTruthy();
  expect(screen.getByRole("alert").textContent).toContain("5 beyond what you asked for");
  expect(screen.getByRole("alert").textContent).toContain("26-77");
  await userEvent.click(screen.getByRole("button", { name: "Hedge: sell 10" }));
  expect(store.getState().ticket.seed).toMatchObject({
    symbol: "NSE:INFY",
    side: "SELL",
    quantity: 10,
    product: "MIS",
  });
});

test("what is filled too much leaves through the ticket at its own broker, and an unclear order is not placed again", async () => {
  const [mine, other] = unknown.children;
  show({ ...unknown, children: [mine as ChildOrder, { ...(other as ChildOrder), filled_quantity: 15 }] });
  expect(screen.getByRole("button", { name: "Place again" })).toHaveProperty("disabled", true);
  cleanup();
  const twice: Order = {
    ...order,
    filled_quantity: 15,
    children: [{ ...part, filled_quantity: 15, surplus_quantity: 5, duplicate_broker_order_ids: ["26-77"] }],
  };
  expect(stateOf(twice)).toEqual({ word: "Filled, more than asked", tone: "bad" });
  const store = show(twice);
  await userEvent.click(screen.getByRole("button", { name: "Sell the 5 too many" }));
  expect(store.getState().ticket.seed).toMatchObject({ side: "SELL", quantity: 5, product: "CNC", account: "a-z" });
});

test("the timeline has milliseconds in IST, the broker's words verbatim and how long each hop took", () => {
  show(unknown);
  const line = screen.getByRole("table", { name: "Timeline, times in IST" }).textContent;
  expect(line).toContain("10:00:00.123");
  expect(line).toContain("gateway timed out");
  expect(line).toContain("5.0 s");
});

test("the same order is placed again only through the ticket, with its price and its type", async () => {
  const store = show({ ...order, order_type: "SL", price: "1500.00", trigger_price: "1495.00" });
  await userEvent.click(screen.getByRole("button", { name: "Place again" }));
  expect(store.getState().ticket.seed).toEqual({
    symbol: "NSE:INFY",
    side: "BUY",
    quantity: 10,
    product: "CNC",
    orderType: "SL",
    price: "1500.00",
    trigger: "1495.00",
  });
});

test("a part without a clear answer is looked for when asked, and what came of it is told", async () => {
  const [mine, other] = unknown.children;
  const asked: string[] = [];
  const answers = [
    HttpResponse.json(unknown),
    HttpResponse.json(
      { title: "Not asked", status: 409, code: "login_needed", detail: "Zerodha needs a login before it can be asked" },
      { status: 409 },
    ),
    HttpResponse.json({ ...unknown, status: "OPEN", children: [{ ...mine, status: "OPEN" }, other] }),
  ];
  server.use(
    http.post(url("/v1/orders/:order/parts/:child/look"), ({ params }) => {
      asked.push(`${params.order} ${params.child}`);
      return answers[asked.length - 1];
    }),
  );
  show(unknown);
  render(<Toasts />, { wrapper: MemoryRouter });
  const button = screen.getByRole("button", { name: "Look for it at Zerodha now" });
  await userEvent.click(button);
  expect(await screen.findByText(/Zerodha was asked at .* IST: nothing clear yet/)).toBeTruthy();
  await userEvent.click(button);
  expect(await screen.findByText("Zerodha needs a login before it can be asked.")).toBeTruthy();
  await userEvent.click(button);
  expect(await screen.findByText("Zerodha has answered: Open")).toBeTruthy();
  expect(asked).toEqual(["o-1 c-1", "o-1 c-1", "o-1 c-1"]);
});
