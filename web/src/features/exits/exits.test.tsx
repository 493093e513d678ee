import { fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Position, PositionLot } from "@/api";
import { account, order, portfolio } from "@/test/fixtures";
import { server, testStore, url } from "@/test/server";
import { ExitAllButton } from "./ExitAllButton";
import { convertible, quantityOf } from "./exits";
import { PositionActions } from "./PositionActions";

const lot: PositionLot = {
  account: "a-z",
  broker: "zerodha",
  label: "Zerodha",
  exchange: "NSE",
  symbol: "INFY",
  quantity: 10,
  average_price: "1500.00",
  pnl: "0.00",
  day_pnl: "0.00",
  as_of: "2026-11-20T10:00:00+05:30",
  stale: false,
  overnight_quantity: 0,
  today: null,
  realised: "0.00",
  unrealised: "0.00",
};
const position: Position = {
  symbol: "INFY",
  exchange: "NSE",
  name: "Infosys Limited",
  product: "MIS",
  quantity: 10,
  average_price: "1500.00",
  last_price: "1500.00",
  price_as_of: null,
  price_source: null,
  pnl: "0.00",
  realised: "0.00",
  unrealised: "0.00",
  day_pnl: "0.00",
  lots: [lot],
};

test("a quantity is a whole number up to what is open", () => {
  expect(quantityOf("1,000", -1500)).toBe(1000);
  expect([quantityOf("0", 5), quantityOf("6", 5), quantityOf("1.5", 5), quantityOf("", 5)]).toEqual(
    Array(4).fill(null),
  );
});

test("a part is converted only where its broker does it, and a short sale of shares is never carried", () => {
  expect(convertible(position, lot, account)).toEqual(["CNC"]);
  expect(convertible(position, { ...lot, quantity: -10 }, account)).toEqual([]);
  const cannot = { ...account.capabilities, features: { ...account.capabilities.features, converts: false } };
  expect(convertible(position, lot, { ...account, capabilities: cannot })).toEqual([]);
});

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

function show(element: React.ReactNode) {
  const store = testStore();
  render(
    <Provider store={store}>
      <MemoryRouter>{element}</MemoryRouter>
    </Provider>,
  );
  return store;
}

test("two brokers are left each for itself; a refusal stays beside the one that was sent", async () => {
  const asked: unknown[] = [];
  server.use(
    http.post(url("/v1/positions/exit"), async ({ request }) => {
      const body = (await request.json()) as { account: string };
      asked.push(body);
      return body.account === "a-z"
        ? HttpResponse.json(order, { status: 201 })
        : HttpResponse.json(
            { type: "about:blank", title: "x", status: 409, code: "exit_under_way", detail: "orders are on their way" },
            { status: 409 },
          );
    }),
  );
  const second = { ...lot, account: "a-u", broker: "upstox", label: "Upstox", quantity: 5 } as const;
  show(<PositionActions position={{ ...position, quantity: 15, lots: [lot, second] }} />);
  await userEvent.click(screen.getByRole("button", { name: "Exit INFY" }));
  const quantity = screen.getByLabelText("Quantity, 5 open");
  await userEvent.clear(quantity);
  await userEvent.type(quantity, "3");
  await userEvent.click(screen.getByRole("button", { name: "Sell 13 at market" }));
  expect(await screen.findByText("Orders are on their way.")).toBeTruthy();
  expect(await screen.findByText("Filled")).toBeTruthy();
  expect(asked).toEqual([
    { account: "a-z", exchange: "NSE", symbol: "INFY", product: "MIS", quantity: null },
    { account: "a-u", exchange: "NSE", symbol: "INFY", product: "MIS", quantity: 3 },
  ]);
});

test("a position is turned round only after it is left: the other side is then offered, filled in", async () => {
  const sold = { ...order, side: "SELL" as const, filled_quantity: 4, status: "OPEN" as const };
  let now: typeof order = sold;
  server.use(
    http.post(url("/v1/positions/exit"), () => HttpResponse.json(sold, { status: 201 })),
    http.get(url("/v1/orders/:id"), () => HttpResponse.json(now)),
  );
  const store = show(<PositionActions position={position} />);
  await userEvent.click(screen.getByRole("button", { name: "More for INFY" }));
  await userEvent.click(screen.getByRole("menuitem", { name: /Reverse/ }));
  await userEvent.click(screen.getByRole("button", { name: "Sell 10 at market" }));
  expect(await screen.findByText("Open")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Sell 10 more" })).toBeNull();
  now = { ...order, side: "SELL" };
  await userEvent.click(await screen.findByRole("button", { name: "Sell 10 more" }, { timeout: 4000 }));
  expect(store.getState().ticket.seed).toEqual({
    symbol: "NSE:INFY",
    side: "SELL",
    quantity: 10,
    product: "MIS",
    account: "a-z",
  });
});

test("a conversion shows the broker's own answer, and unknown is not done", async () => {
  server.use(
    http.post(url("/v1/positions/convert"), () =>
      HttpResponse.json({
        id: "r-1",
        account: "a-z",
        kind: "convert",
        asked_at: "2026-11-20T10:00:00+05:30",
        outcome: "unknown",
        broker_words: "gateway timed out",
        broker_id: null,
      }),
    ),
  );
  show(<PositionActions position={position} />);
  await userEvent.click(screen.getByRole("button", { name: "More for INFY" }));
  const item = await screen.findByRole("menuitem", { name: /Convert/ });
  await userEvent.click(item);
  await userEvent.click(await screen.findByRole("button", { name: "Convert 10 to CNC at Zerodha" }));
  expect(await screen.findByText("Unknown — look at the broker")).toBeTruthy();
  expect(screen.getByText("gateway timed out")).toBeTruthy();
});

test("leaving everything tells proven flat from not known", async () => {
  server.use(
    http.get(url("/v1/orders"), () => HttpResponse.json({ items: [], next_cursor: null })),
    http.post(url("/v1/positions/exit-all"), () =>
      HttpResponse.json({
        flat: false,
        accounts: [
          { account: "a-z", account_label: "Zerodha", flat: true, left: [], refused: [] },
          { account: "a-u", account_label: "Upstox", flat: null, left: [], refused: ["it is not connected"] },
        ],
        orders: [order],
      }),
    ),
  );
  show(<ExitAllButton />);
  await userEvent.click(screen.getByRole("button", { name: "Exit all" }));
  const hold = screen.getByRole("button", { name: "Hold 2 s to exit all" });
  fireEvent.click(hold, { detail: 0 });
  fireEvent.click(hold, { detail: 0 });
  const accounts = await screen.findByRole("list", { name: "What is proven, by account" });
  expect(within(accounts).getByText("proven flat")).toBeTruthy();
  expect(within(accounts).getByText("not known")).toBeTruthy();
  expect(screen.getByText("Not everything is proven flat.")).toBeTruthy();
});

test("before everything is left, what is long at one broker and short at another is named at both", async () => {
  const short = { ...lot, account: "a-u", broker: "upstox", label: "Upstox", quantity: -10 } as const;
  server.use(
    http.get(url("/v1/orders"), () => HttpResponse.json({ items: [], next_cursor: null })),
    http.get(url("/v1/portfolio"), () =>
      HttpResponse.json({ ...portfolio, positions: [{ ...position, quantity: 0, lots: [lot, short] }] }),
    ),
  );
  show(<ExitAllButton />);
  await userEvent.click(screen.getByRole("button", { name: "Exit all" }));
  const list = await screen.findByRole("list", { name: "What will be done" });
  expect(await within(list).findAllByText("INFY")).toHaveLength(2);
});

test("a conversion asked again after another attempt in between has its own key again", async () => {
  const asked: { key: string | null; quantity: number }[] = [];
  server.use(
    http.post(url("/v1/positions/convert"), async ({ request }) => {
      const { quantity } = (await request.json()) as { quantity: number };
      asked.push({ key: request.headers.get("idempotency-key"), quantity });
      const refusal = { type: "about:blank", title: "x", status: 422, code: "x", detail: "not so many" };
      return quantity === 10 ? HttpResponse.error() : HttpResponse.json(refusal, { status: 422 });
    }),
  );
  show(<PositionActions position={position} />);
  await userEvent.click(screen.getByRole("button", { name: "More for INFY" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: /Convert/ }));
  const send = async (quantity: string) => {
    const before = asked.length;
    fireEvent.change(await screen.findByLabelText("Quantity, 10 open"), { target: { value: quantity } });
    const button = await screen.findByRole("button", { name: /Convert \d+ to CNC|Ask again/ });
    await waitFor(() => expect(button).toHaveProperty("disabled", false));
    fireEvent.click(button);
    await waitFor(() => expect(asked).toHaveLength(before + 1));
    await waitFor(() => expect(button).toHaveProperty("disabled", false));
  };
  await send("10");
  await send("5");
  await send("10");
  expect(asked[2]?.key).toBe(asked[0]?.key);
  expect(asked[1]?.key).not.toBe(asked[0]?.key);
});
