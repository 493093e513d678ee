import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { Toasts } from "@/components/toasts";
import { setPrefs } from "@/lib/prefs";
import { account, decision, infy, order } from "@/test/fixtures";
import { server, testStore, url } from "@/test/server";
import { ProtectionKeeper } from "./ProtectionKeeper";
import { forgetOthers, forgetPending, keepPending, noteLeft, pendingOrder } from "./pending";
import { guard, guarded, unguard } from "./protection";
import { openTicket, type Seed } from "./state";
import { Ticket } from "./Ticket";

// The whole ticket renders in each: on a busy machine that alone takes seconds.
vi.setConfig({ testTimeout: 20_000 });

let placed: { key: string | null; body: Record<string, unknown> }[] = [];

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
beforeEach(() => {
  placed = [];
  server.use(
    http.post(url("/v1/orders"), async ({ request }) => {
      placed.push({
        key: request.headers.get("idempotency-key"),
        body: (await request.json()) as Record<string, unknown>,
      });
      return HttpResponse.json(order, { status: 201 });
    }),
  );
});
afterEach(() => {
  server.resetHandlers();
  localStorage.clear();
  forgetPending();
  setPrefs({ reviewSkipBelow: null });
  for (const one of guarded()) unguard(one.order);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
afterAll(() => server.close());

function show(seed?: Partial<Seed>): () => void {
  const store = testStore();
  if (seed) store.dispatch(openTicket({ symbol: "NSE:INFY", side: "BUY", quantity: 10, ...seed }));
  const { unmount } = render(
    <Provider store={store}>
      <MemoryRouter>
        <Ticket />
        <ProtectionKeeper />
      </MemoryRouter>
    </Provider>,
  );
  return unmount;
}

async function press(name: string): Promise<void> {
  const button = await screen.findByRole("button", { name });
  await waitFor(() => expect(button).toHaveProperty("disabled", false));
  fireEvent.click(button);
}
const type = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });

const left = {
  key: "web-left",
  order: {
    exchange: "NSE",
    symbol: "INFY",
    side: "BUY",
    order_type: "MARKET",
    quantity: 10,
    product: "CNC",
    account: "auto",
  },
} as const;

test("after a reload the order that had left is looked for by its key, and nothing is sent", async () => {
  keepPending(left);
  noteLeft();
  const asked: string[] = [];
  server.use(
    http.get(url("/v1/orders/by-key/:key"), ({ params }) => {
      asked.push(String(params.key));
      return HttpResponse.json(order);
    }),
  );
  show();
  expect(await screen.findByText("Filled 10 / 10")).toBeTruthy();
  expect(asked).toEqual(["web-left"]);
  expect(placed).toEqual([]);
  expect(pendingOrder()).toBeNull();
});

test("what was never recorded says so, and is sent only when asked again, under its own key", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  keepPending(left);
  noteLeft();
  const missing = { type: "about:blank", title: "Not found", status: 404, code: "not_found", detail: "no such order" };
  server.use(http.get(url("/v1/orders/by-key/:key"), () => HttpResponse.json(missing, { status: 404 })));
  show();
  expect(await screen.findByText("Unknown — looking for your order")).toBeTruthy();
  await waitFor(async () => {
    await act(() => vi.advanceTimersByTimeAsync(1500));
    expect(screen.getByText("Not recorded")).toBeTruthy();
  });
  vi.useRealTimers();
  expect(placed).toEqual([]);
  expect(pendingOrder()?.key).toBe("web-left");
  fireEvent.click(screen.getByRole("button", { name: "Ask again, same order" }));
  expect(await screen.findByText("Filled 10 / 10")).toBeTruthy();
  expect(placed.map((one) => one.key)).toEqual(["web-left"]);
  expect(pendingOrder()).toBeNull();
});

test("a ticket opened while another order is on its way is a new one", async () => {
  keepPending(left);
  show({});
  expect(await screen.findByRole("button", { name: "Review buy" })).toBeTruthy();
});

test("an order below the limit that the user set is sent without the review", async () => {
  setPrefs({ reviewSkipBelow: "20000" });
  show({});
  await press("Send PAPER order");
  expect(await screen.findByText("Filled 10 / 10")).toBeTruthy();
  expect(placed).toHaveLength(1);
});

test("an order at the limit is reviewed", async () => {
  setPrefs({ reviewSkipBelow: "15000" });
  show({});
  await press("Review buy");
  expect(await screen.findByRole("table", { name: "What will be sent" })).toBeTruthy();
  expect(placed).toHaveLength(0);
});

test("in standard mode the primary account stands alone", async () => {
  server.use(
    http.get(url("/v1/users/me"), () =>
      HttpResponse.json({ id: "u", email: "a@b.in", name: "A", mode: "standard", primary_account: account.id }),
    ),
  );
  show({});
  expect(await screen.findByRole("link", { name: "standard mode" })).toBeTruthy();
  expect(await screen.findByText(decision.summary)).toBeTruthy();
  expect(screen.queryByRole("combobox", { name: "Broker" })).toBeNull();
  expect(screen.queryByRole("table", { name: "Routing receipt" })).toBeNull();
});

test("lots and units of a contract follow each other", async () => {
  const future = { ...infy, symbol: "NFO:NIFTY26NOVFUT", kind: "FUT", lot: 65 };
  server.use(http.get(url("/v1/stocks/:symbol"), () => HttpResponse.json(future)));
  show({ symbol: "NFO:NIFTY26NOVFUT", quantity: 65 });
  const lots = await screen.findByLabelText("Lots");
  expect(lots).toHaveProperty("value", "1");
  type("Lots", "3");
  expect(screen.getByLabelText("Quantity")).toHaveProperty("value", "195");
  fireEvent.keyDown(screen.getByLabelText("Quantity"), { key: "ArrowDown" });
  expect(lots).toHaveProperty("value", "2");
});

test("stop and target go to the broker that filled the order; only what it has taken is called kept", async () => {
  const answers = [
    { outcome: "done" },
    { outcome: "rejected", broker_words: "trigger too near" },
    { outcome: "unknown", broker_words: null },
  ];
  const asked: { key: string | null; body: Record<string, unknown> }[] = [];
  const features = { ...account.capabilities.features, conditionals: ["single", "oco"], conditional_types: ["LIMIT"] };
  server.use(
    http.get(url("/v1/accounts"), () =>
      HttpResponse.json([{ ...account, capabilities: { ...account.capabilities, features } }]),
    ),
    http.post(url("/v1/conditionals"), async ({ request }) => {
      asked.push({
        key: request.headers.get("idempotency-key"),
        body: (await request.json()) as Record<string, unknown>,
      });
      return HttpResponse.json(answers[asked.length - 1], { status: 201 });
    }),
  );
  render(<Toasts />, { wrapper: MemoryRouter });
  show({});
  await screen.findByText(decision.summary);
  type("Stop-loss at", "1450");
  await press("Review buy");
  expect(await screen.findByText("Stop-loss at ₹1,450.00 after the fill")).toBeTruthy();
  await press("Send PAPER order");
  await waitFor(() => expect(asked).toHaveLength(1));
  expect(asked[0]).toMatchObject({ key: "guard-c-1", body: { account: "a-z", kind: "single", side: "SELL" } });
  await waitFor(() => expect(guarded()).toEqual([]));
  expect(await screen.findByText("INFY: stop and target are kept by Zerodha")).toBeTruthy();

  act(() => guard({ order: order.id, user: "u-1", stop: "1450.00", target: null }));
  expect(await screen.findByText("INFY: Zerodha did not take the stop and target")).toBeTruthy();
  expect(screen.getByText("trigger too near")).toBeTruthy();
  act(() => guard({ order: order.id, user: "u-1", stop: "1450.00", target: null }));
  expect(await screen.findByText(/not known whether Zerodha keeps the stop/)).toBeTruthy();
});

test("a ticket closed before the answer still gets its order the stop, and tells a refusal", async () => {
  let answer = (_: Response) => {};
  server.use(
    http.post(
      url("/v1/orders"),
      () =>
        new Promise<Response>((done) => {
          answer = done;
        }),
    ),
    http.get(url("/v1/orders/:id"), () => HttpResponse.json({ ...order, status: "OPEN" })),
  );
  render(<Toasts />, { wrapper: MemoryRouter });
  const close = show({});
  await screen.findByText(decision.summary);
  type("Stop-loss at", "1450");
  await press("Review buy");
  await press("Send PAPER order");
  await waitFor(() => expect(pendingOrder()?.guard).toEqual({ stop: "1450.00", target: null }));
  close();
  answer(HttpResponse.json(order, { status: 201 }));
  await waitFor(() => expect(guarded()).toEqual([{ order: order.id, user: "u-1", stop: "1450.00", target: null }]));

  const again = show({});
  await press("Review buy");
  await press("Send PAPER order");
  await waitFor(() => expect(pendingOrder()).not.toBeNull());
  again();
  const refusal = { type: "about:blank", title: "Not enough margin", status: 409, code: "margin_short", detail: "x" };
  answer(HttpResponse.json(refusal, { status: 409 }));
  expect(await screen.findByText("INFY: Not sent: Not enough margin")).toBeTruthy();
});

test("after a reload the order that is found is given the stop it left with", async () => {
  keepPending({ ...left, user: "u-1", guard: { stop: "1450.00", target: null } });
  noteLeft();
  server.use(
    http.get(url("/v1/orders/by-key/:key"), () => HttpResponse.json(order)),
    http.get(url("/v1/orders/:id"), () => HttpResponse.json({ ...order, status: "OPEN" })),
  );
  show();
  await waitFor(() => expect(guarded()).toEqual([{ order: order.id, user: "u-1", stop: "1450.00", target: null }]));
});

test("what another user has left in this browser is forgotten", () => {
  keepPending({ ...left, user: "u-1" });
  expect(forgetOthers("u-1")).toBe(false);
  expect(pendingOrder()?.key).toBe("web-left");
  expect(forgetOthers("u-2")).toBe(true);
  expect(pendingOrder()).toBeNull();
});

test("on the phone the ticket is a sheet that slides to send, with a button for the same", async () => {
  vi.stubGlobal("matchMedia", (query: string) => ({
    matches: query.includes("max-width"),
    addEventListener: () => {},
    removeEventListener: () => {},
  }));
  show({});
  await press("Review buy");
  const slide = await screen.findByRole("slider", { name: "Slide to buy" });
  expect(screen.getByRole("button", { name: "Send PAPER order" })).toBeTruthy();
  await act(async () => {
    fireEvent.keyDown(slide, { key: "End" });
  });
  expect(await screen.findByText("Filled 10 / 10")).toBeTruthy();
  expect(placed).toHaveLength(1);
});
