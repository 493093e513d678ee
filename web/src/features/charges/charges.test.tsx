import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { Charged, ChargesComparison, ChargesEstimate, FeePlan } from "@/api";
import { account, charges, order } from "@/test/fixtures";
import { server, testStore, url } from "@/test/server";
import { Charged as ChargedLines } from "./Charged";
import { ChargesPage } from "./ChargesPage";
import { OwnFees } from "./OwnFees";
import { type Draft, priceError, productChoices, quantityError, questionOf } from "./trade";

// The whole page renders: on a busy machine that alone takes seconds.
vi.setConfig({ testTimeout: 20_000 });

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const estimate = (
  broker: ChargesEstimate["broker"],
  total: string,
  more: string,
  own?: Partial<ChargesEstimate>,
): ChargesEstimate => ({
  broker,
  account: null,
  label: null,
  charges: charges(total),
  unknown: null,
  dearer_by: more,
  funded: null,
  ...own,
});

const comparison: ChargesComparison = {
  exchange: "NSE",
  symbol: "INFY",
  side: "BUY",
  quantity: 100,
  product: "CNC",
  price: "1500.00",
  value: "150000.00",
  segment: "delivery",
  ending: null,
  fund: false,
  fund_kind: null,
  on: "2026-11-23",
  estimates: [
    estimate("zerodha", "178.1109", "0.00"),
    estimate("upstox", "189.9109", "11.80", { account: "a-u", label: "My Upstox" }),
    { ...estimate("groww", "0", "0"), charges: null, dearer_by: null, unknown: "No row for this day." },
  ],
  cheapest: "zerodha",
  difference: "11.80",
};

function show(): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  server.use(
    http.get(url("/v1/charges"), ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return HttpResponse.json(comparison);
    }),
  );
  render(
    <Provider store={testStore()}>
      <MemoryRouter initialEntries={["/charges?i=NSE:INFY"]}>
        <ChargesPage />
      </MemoryRouter>
    </Provider>,
  );
  return asked;
}

test("the brokers stand side by side, the cheapest marked, and who is unknown says why", async () => {
  const asked = show();
  const table = await screen.findByRole("table", { name: "Charges by broker" });
  expect(within(table).getByText("My Upstox")).toBeTruthy();
  expect(within(table).getAllByLabelText("the cheapest")).toHaveLength(1);
  const total = within(table).getByRole("row", { name: /All charges/ });
  expect(within(total).getByText("178.1109")).toBeTruthy();
  expect(within(table).queryByText("DP charge")).toBeNull();
  expect(screen.getByText(/No row for this day/)).toBeTruthy();
  expect(screen.getByRole("status").textContent).toContain("₹1,50,000.00 delivery · up to ₹11.80 between brokers");
  expect(screen.getByRole("status").textContent).toContain("₹178.11");
  expect(screen.getByRole("status").textContent).toContain("at Zerodha");
  expect(screen.getByRole("status").textContent).toContain("My Upstox ₹11.80 more");
  expect(Object.fromEntries(asked[0] ?? [])).toEqual({
    symbol: "INFY",
    exchange: "NSE",
    side: "BUY",
    product: "CNC",
    quantity: "100",
    price: "1500.0000",
  });
});

test("what is typed is asked once it stands still, and what cannot be read says so", async () => {
  const asked = show();
  await screen.findByRole("table");
  await userEvent.click(screen.getByRole("radio", { name: "Sell" }));
  await userEvent.click(screen.getByText("Another day, or by the broker's desk"));
  await userEvent.click(screen.getByRole("radio", { name: "Broker's desk" }));
  const quantity = screen.getByLabelText("Quantity");
  await userEvent.clear(quantity);
  expect(screen.getByText("A whole number of units, for example 100")).toBeTruthy();
  await userEvent.type(quantity, "1,000");
  await waitFor(() => expect(asked.at(-1)?.get("quantity")).toBe("1000"));
  expect([asked.at(-1)?.get("side"), asked.at(-1)?.get("by_desk")]).toEqual(["SELL", "true"]);
});

const draft: Draft = { side: "SELL", product: "CNC", quantity: "65", price: "", on: "", byDesk: false };
const call = { exchange: "NFO", symbol: "NFO:NIFTY26NOV25000CE", kind: "CE", last_price: "150.05" } as const;

test("a question takes the last price when none is typed, and a product that the instrument has", () => {
  expect(questionOf(draft, call)).toMatchObject({ symbol: "NIFTY26NOV25000CE", product: "NRML", price: "150.0500" });
  expect(questionOf({ ...draft, price: "149.5" }, call)?.price).toBe("149.5000");
  expect(questionOf(draft, { ...call, last_price: null })).toBeNull();
  expect(questionOf({ ...draft, quantity: "6.5" }, call)).toBeNull();
  expect(productChoices("EQ").map((one) => one.value)).toEqual(["CNC", "MIS", "MTF"]);
});

test.each([
  ["100", null],
  ["1,00,000", null],
  ["0", "A whole number of units, for example 100"],
  ["1.5", "A whole number of units, for example 100"],
])("the quantity %s", (text, error) => expect(quantityError(text)).toBe(error));

test.each([
  ["", null],
  ["1500.05", null],
  ["-1", "Rupees, for example 1500.05"],
  ["abc", "Rupees, for example 1500.05"],
])("the price %s", (text, error) => expect(priceError(text)).toBe(error));

const part = {
  child: "c-1",
  account: "a-z",
  broker: "zerodha",
  filled_quantity: 10,
  predicted: charges("17.81"),
  at_fills: "17.80",
  charged: "17.75",
  difference: "-0.06",
  differences: [
    { cause: "fill", amount: "-0.01" },
    { cause: "rounding", amount: "-0.05" },
  ],
  unknown: null,
  asked_at: "2026-11-23T10:00:00+05:30",
} as const;

function receipt(told: Partial<Charged>, status: "FILLED" | "OPEN" = "FILLED"): void {
  const answer: Charged = {
    order: "o-1",
    predicted: "17.81",
    charged: "17.75",
    difference: "-0.06",
    parts: [],
    ...told,
  };
  server.use(http.get(url("/v1/orders/:id/charges"), () => HttpResponse.json(answer)));
  render(
    <Provider store={testStore()}>
      <ChargedLines order={{ ...order, status, filled_quantity: 10 }} />
    </Provider>,
  );
}

test("after a fill the receipt shows the charged beside the predicted, and why they differ", async () => {
  receipt({ parts: [part] as unknown as Charged["parts"] });
  const table = await screen.findByRole("table", { name: "Predicted and charged" });
  for (const text of ["₹17.81", "₹17.75", "−₹0.01 filled at another price or quantity"]) {
    expect(within(table).getByText(text)).toBeTruthy();
  }
});

test("a difference below half a paisa is as predicted", async () => {
  const near = {
    ...part,
    charged: "17.81",
    difference: "0.002",
    differences: [{ cause: "rounding", amount: "0.002" }],
  };
  receipt({ parts: [near] as unknown as Charged["parts"] });
  expect(await screen.findByText("as predicted")).toBeTruthy();
});

test("amounts that only rounding sets apart are not called the same", async () => {
  const near = { ...part, charged: "17.804", difference: "-0.002", differences: [] };
  receipt({ parts: [near] as unknown as Charged["parts"] });
  expect(await screen.findByText("apart by less than a paisa")).toBeTruthy();
});

test("what the broker does not tell is a dash with its reason", async () => {
  const silent = { ...part, charged: null, difference: null, differences: [], unknown: "Not in your plan" };
  receipt({ charged: null, difference: null, parts: [silent] as unknown as Charged["parts"] });
  expect(await screen.findByText("unknown: Not in your plan")).toBeTruthy();
});

test("an order that is still open has nothing charged", () => {
  receipt({}, "OPEN");
  expect(screen.queryByRole("table")).toBeNull();
});

test("an account's own fees are kept, and what is wrong says so", async () => {
  const known: FeePlan = {
    account: account.id,
    broker: "upstox",
    plan: "",
    plans: ["plus"],
    per_order: null,
    woman_first_holder: false,
    in_debit: false,
    taxed: ["brokerage"],
    stamp_in_rupees: false,
  };
  const sent: unknown[] = [];
  server.use(
    http.get(url("/v1/accounts/:id/fees"), () => HttpResponse.json(known)),
    http.put(url("/v1/accounts/:id/fees"), async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(known);
    }),
  );
  let done = 0;
  render(
    <Provider store={testStore()}>
      <OwnFees account={account} onDone={() => done++} />
    </Provider>,
  );
  const perOrder = await screen.findByLabelText("Rupees an order");
  await userEvent.type(perOrder, "ten");
  await userEvent.click(screen.getByRole("button", { name: "Keep" }));
  expect(screen.getByText(/Rupees an order, for example 10/)).toBeTruthy();
  await userEvent.clear(perOrder);
  await userEvent.type(perOrder, "10");
  await userEvent.selectOptions(screen.getByLabelText("Plan"), "plus");
  await userEvent.click(screen.getByRole("button", { name: "Keep" }));
  await waitFor(() => expect(done).toBe(1));
  expect(sent).toEqual([
    {
      plan: "plus",
      per_order: "10.00",
      woman_first_holder: false,
      in_debit: false,
      taxed: ["brokerage"],
      stamp_in_rupees: false,
    },
  ]);
});
