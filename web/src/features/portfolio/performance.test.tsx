import { fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { CashFlow, Performance } from "@/api";
import { account } from "@/test/fixtures";
import { server, testStore, url } from "@/test/server";
import { FlowSheet } from "./FlowSheet";
import { PerformancePage } from "./PerformancePage";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const none: Performance = {
  known: false,
  reason: "fewer than two evenings are known",
  start: null,
  end: null,
  value_start: null,
  value_end: null,
  net_flow: null,
  gain: null,
  twr: null,
  twr_annual: null,
  xirr: null,
  volatility: null,
  drawdown: null,
  drawdown_now: null,
  best: null,
  worst: null,
  estimated: false,
  curve: [],
  lacking: [],
  rebuilt: [],
};
const known: Performance = {
  ...none,
  known: true,
  reason: null,
  start: "2026-11-18",
  end: "2026-11-20",
  value_start: "100000.00",
  value_end: "106500.00",
  net_flow: "5000.00",
  gain: "1500.00",
  twr: "0.014925",
  drawdown: { depth: "-0.020000", peak: "2026-11-18", trough: "2026-11-19", recovered: null },
  estimated: true,
  curve: [
    { day: "2026-11-18", value: "100000.00", flow: "0.00", gain: "0.00", index: "1.000000", drawdown: "0.000000" },
    {
      day: "2026-11-20",
      value: "106500.00",
      flow: "5000.00",
      gain: "1500.00",
      index: "1.014925",
      drawdown: "0.000000",
    },
  ],
  lacking: [{ day: "2026-11-19", accounts: ["Upstox"] }],
};
const inferred: CashFlow = {
  id: "flw_1",
  account: "a-z",
  broker: "zerodha",
  label: "Zerodha",
  day: "2026-11-20",
  amount: "5000.00",
  source: "inferred",
  state: "open",
  note: "",
  changed_at: "2026-11-20T16:00:00+05:30",
};

function show(told: Performance, flows: CashFlow[] = []) {
  server.use(
    http.get(url("/v1/portfolio/performance"), () => HttpResponse.json(told)),
    http.get(url("/v1/cash-flows"), () => HttpResponse.json({ items: flows })),
  );
  render(
    <Provider store={testStore()}>
      <MemoryRouter>
        <PerformancePage />
      </MemoryRouter>
    </Provider>,
  );
}

test("before two evenings the page says what will be kept, and why there is nothing yet", async () => {
  show(none);
  expect(await screen.findByText("The curve begins with two evenings")).toBeTruthy();
  expect(screen.getByText("fewer than two evenings are known.")).toBeTruthy();
});

test("returns stand apart from what was paid in, an unknown one is a dash with its reason", async () => {
  show(known);
  const returns = await screen.findByLabelText("Returns");
  for (const text of ["+₹1,500.00", "+1.49%", "−2.00%", "estimated"]) expect(returns.textContent).toContain(text);
  expect(within(returns).getAllByText("unknown: too few evenings are known for it").length).toBe(2);
  expect(screen.getByText("One evening is missing: 19 Nov")).toBeTruthy();
});

test("the curve is also a table", async () => {
  show(known);
  fireEvent.click(await screen.findByText("Table"));
  const table = screen.getByRole("table", { name: "Worth at the close, all brokers" });
  expect(within(table).getByText("₹1,06,500.00")).toBeTruthy();
});

test("an inferred payment waits for a word, and is confirmed as it is", async () => {
  let sent: unknown;
  show(known, [inferred]);
  server.use(
    http.patch(url("/v1/cash-flows/flw_1"), async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json({ ...inferred, state: "confirmed" });
    }),
  );
  expect(await screen.findByText(/One payment was inferred/)).toBeTruthy();
  fireEvent.click(screen.getByText("Confirm"));
  await waitFor(() => expect(sent).toEqual({}));
});

test("a payment is entered with its day and its way", async () => {
  let sent: unknown;
  server.use(
    http.post(url("/v1/cash-flows"), async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(inferred, { status: 201 });
    }),
  );
  render(
    <Provider store={testStore()}>
      <FlowSheet accounts={[account]} flow={null} onClose={() => undefined} />
    </Provider>,
  );
  fireEvent.click(screen.getByLabelText("Taken out"));
  fireEvent.change(screen.getByLabelText("Amount in rupees"), { target: { value: "12,500" } });
  fireEvent.change(screen.getByLabelText("Day (IST)"), { target: { value: "2026-11-17" } });
  fireEvent.click(screen.getByText("Save"));
  await waitFor(() => expect(sent).toEqual({ account: "a-z", amount: "-12500.00", day: "2026-11-17", note: "" }));
});
