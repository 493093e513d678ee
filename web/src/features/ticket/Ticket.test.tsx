import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { delay, HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { tellOrder } from "@/features/orders/arrivals";
import { decision, infy, order } from "@/test/fixtures";
import { server, testStore, url } from "@/test/server";
import { openTicket } from "./state";
import { Ticket } from "./Ticket";

// The whole ticket renders in each: on a busy machine that alone takes seconds.
vi.setConfig({ testTimeout: 20_000 });

interface Sent {
  key: string | null;
  body: Record<string, unknown>;
}
let sent: Sent[] = [];

function answerOrders(...answers: (() => Response | Promise<Response>)[]): void {
  server.use(
    http.post(url("/v1/orders"), async ({ request }) => {
      sent.push({ key: request.headers.get("idempotency-key"), body: (await request.json()) as Sent["body"] });
      const answer = answers[Math.min(sent.length, answers.length) - 1];
      return answer ? answer() : HttpResponse.error();
    }),
  );
}
const accepted = () => HttpResponse.json(order, { status: 201 });

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
beforeEach(() => {
  sent = [];
  localStorage.clear();
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

function openBuyTicket(): ReturnType<typeof userEvent.setup> {
  const store = testStore();
  store.dispatch(openTicket({ symbol: "NSE:INFY", side: "BUY", quantity: 10 }));
  render(
    <Provider store={store}>
      <MemoryRouter>
        <Ticket />
      </MemoryRouter>
    </Provider>,
  );
  return userEvent.setup();
}

async function review(user: ReturnType<typeof userEvent.setup>): Promise<HTMLElement> {
  const button = await screen.findByRole("button", { name: "Review buy" });
  await waitFor(() => expect(button).toHaveProperty("disabled", false));
  await user.click(button);
  return screen.findByRole("button", { name: "Send PAPER order" });
}

test("the route, its saving and what the others cost are shown before sending", async () => {
  openBuyTicket();
  expect(await screen.findByText("Auto: Zerodha, saves ₹18.40 vs Upstox")).toBeTruthy();
  expect(screen.getByText("₹18.40 more")).toBeTruthy();
  expect(screen.getByText("Groww asks for login")).toBeTruthy();
  expect(sent).toHaveLength(0);
});

test("Enter reviews, Enter again sends, and the fill is shown", async () => {
  answerOrders(accepted);
  const user = openBuyTicket();
  const button = await screen.findByRole("button", { name: "Review buy" });
  await waitFor(() => expect(button).toHaveProperty("disabled", false));
  await user.type(screen.getByRole("textbox", { name: "Quantity" }), "{Enter}");
  await screen.findByRole("button", { name: "Send PAPER order" });
  await user.keyboard("{Enter}");
  expect(await screen.findByText("Filled 10 / 10")).toBeTruthy();
  expect(sent).toHaveLength(1);
  expect(sent[0]?.body).toEqual({
    exchange: "NSE",
    symbol: "INFY",
    side: "BUY",
    order_type: "MARKET",
    quantity: 10,
    product: "CNC",
    validity: "DAY",
    account: "auto",
  });
});

test("Enter before the route is known reviews as soon as it is, and sends nothing", async () => {
  let answer = () => {};
  const known = new Promise<void>((done) => {
    answer = done;
  });
  server.use(
    http.post(url("/v1/orders/preview"), async () => {
      await known;
      return HttpResponse.json({ decision, instrument: infy, notional: "15000.00" });
    }),
  );
  answerOrders(accepted);
  const user = openBuyTicket();
  await user.type(await screen.findByRole("textbox", { name: "Quantity" }), "{Enter}");
  expect(screen.queryByRole("button", { name: "Send PAPER order" })).toBeNull();
  answer();
  expect(await screen.findByRole("button", { name: "Send PAPER order" })).toBeTruthy();
  expect(sent).toHaveLength(0);
});

test("a change after an early Enter forgets it", async () => {
  const asked: number[] = [];
  server.use(
    http.post(url("/v1/orders/preview"), async ({ request }) => {
      asked.push(((await request.json()) as { quantity: number }).quantity);
      await delay(asked.length === 1 ? 60_000 : 0);
      return HttpResponse.json({ decision, instrument: infy, notional: "15000.00" });
    }),
  );
  const user = openBuyTicket();
  const quantity = await screen.findByRole("textbox", { name: "Quantity" });
  await user.type(quantity, "{Enter}");
  await waitFor(() => expect(asked).toEqual([10]));
  await user.clear(quantity);
  await user.type(quantity, "25");
  expect(await screen.findByText("Auto: Zerodha, saves ₹18.40 vs Upstox")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Send PAPER order" })).toBeNull();
});

test("while a broker is slow the event stream tells of the order, and nothing else can be sent", async () => {
  let answer = () => {};
  const answered = new Promise<void>((done) => {
    answer = done;
  });
  answerOrders(async () => {
    await answered;
    return accepted();
  });
  const user = openBuyTicket();
  await user.click(await review(user));
  const at = new Date().toISOString();
  const asked = { order_type: "MARKET", price: null, account: "auto", created_at: at } as const;
  act(() => {
    tellOrder({ ...order, ...asked, id: "another", quantity: 11 });
    tellOrder({ ...order, ...asked, id: "old", created_at: "2020-01-01T09:15:00+05:30" });
  });
  expect(screen.queryByRole("button", { name: "New order" })).toBeNull();
  act(() => tellOrder({ ...order, ...asked }));
  const again = await screen.findByRole("button", { name: "New order" });
  expect(again).toHaveProperty("disabled", true);
  answer();
  await waitFor(() => expect(again).toHaveProperty("disabled", false));
  expect(sent).toHaveLength(1);
});

test("an order just like it does not stand for one that was never answered: the key decides", async () => {
  let fail = () => {};
  const failed = new Promise<void>((done) => {
    fail = done;
  });
  answerOrders(async () => {
    await failed;
    return HttpResponse.error();
  });
  const asked: string[] = [];
  server.use(
    http.get(url("/v1/orders/by-key/:key"), ({ params }) => {
      asked.push(String(params.key));
      return HttpResponse.json({ ...order, id: "mine" });
    }),
    http.get(url("/v1/orders/:id"), ({ params }) => HttpResponse.json({ ...order, id: String(params.id) })),
  );
  const user = openBuyTicket();
  await user.click(await review(user));
  const created_at = new Date().toISOString();
  act(() => tellOrder({ ...order, id: "twin", order_type: "MARKET", price: null, account: "auto", created_at }));
  expect((await screen.findByRole("link", { name: "Open order" })).getAttribute("href")).toBe("/orders/twin");
  fail();
  await waitFor(() =>
    expect(screen.getByRole("link", { name: "Open order" }).getAttribute("href")).toBe("/orders/mine"),
  );
  expect(asked).toEqual([sent[0]?.key]);
});

test("a second click while sending cannot send again", async () => {
  answerOrders(async () => {
    await delay(80);
    return accepted();
  });
  const user = openBuyTicket();
  const send = await review(user);
  await user.dblClick(send);
  expect(await screen.findByText("Filled 10 / 10")).toBeTruthy();
  expect(sent).toHaveLength(1);
});

test("without an answer the order is unknown, and asking again uses the same key", async () => {
  answerOrders(() => HttpResponse.error(), accepted);
  const user = openBuyTicket();
  await user.click(await review(user));
  expect(await screen.findByText(/Unknown — no answer/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Ask again, same order" }));
  expect(await screen.findByText("Filled 10 / 10")).toBeTruthy();
  expect(sent).toHaveLength(2);
  expect(sent[0]?.key).toBeTruthy();
  expect(sent[1]).toEqual(sent[0]);
});

test("a refusal says what is wrong, and a changed order gets a key of its own", async () => {
  const refusal = () =>
    HttpResponse.json(
      {
        type: "about:blank",
        title: "Not enough margin",
        status: 409,
        code: "margin_short",
        detail: "₹15,000.00 needed, ₹900.00 usable.",
        reasons: [],
      },
      { status: 409 },
    );
  answerOrders(refusal, accepted);
  const user = openBuyTicket();
  await user.click(await review(user));
  expect(await screen.findByText("Not sent: Not enough margin")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Change the order" }));
  await user.click(await review(user));
  expect(await screen.findByText("Filled 10 / 10")).toBeTruthy();
  expect(sent[1]?.key).not.toBe(sent[0]?.key);
});

test("a mistake is named beside its field and nothing can be reviewed", async () => {
  const user = openBuyTicket();
  await user.click(await screen.findByRole("radio", { name: "Limit" }));
  const price = screen.getByRole("textbox", { name: "Price" });
  await user.clear(price);
  await user.type(price, "1500.02");
  expect(screen.getByRole("textbox", { name: "Price", description: "Tick is 0.05; try 1,500.00" })).toBeTruthy();
  expect(screen.getByRole("button", { name: "Review buy" })).toHaveProperty("disabled", true);
});
