import { fireEvent, render, screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Portfolio, Position } from "@/api";
import { portfolio } from "@/test/fixtures";
import { server, testStore, url } from "@/test/server";
import { FundsPage } from "./FundsPage";
import { HoldingsPage } from "./HoldingsPage";
import { PositionsPage } from "./PositionsPage";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const lot = {
  account: "a-z",
  broker: "zerodha",
  label: "Zerodha",
  exchange: "NFO",
  symbol: "NIFTY26DECFUT",
  quantity: 65,
  average_price: "26000.00",
  pnl: "650.00",
  day_pnl: "650.00",
  as_of: "2026-11-20T10:00:00+05:30",
  stale: false,
  overnight_quantity: 130,
  today: { buy_quantity: 0, buy_value: "0.00", sell_quantity: 65, sell_value: "1700000.00" },
  realised: "300.00",
  unrealised: "350.00",
} as const;
const future: Position = {
  symbol: "NIFTY26DECFUT",
  exchange: "NFO",
  name: "NIFTY",
  product: "NRML",
  quantity: 65,
  average_price: "26000.00",
  last_price: "26010.00",
  price_as_of: "2026-11-20T10:00:00+05:30",
  price_source: "zerodha",
  pnl: "650.00",
  realised: "300.00",
  unrealised: "350.00",
  day_pnl: "650.00",
  lots: [lot],
};

function show(page: React.ReactNode, told: Portfolio | null = portfolio, at = "/") {
  server.use(http.get(url("/v1/portfolio"), () => (told ? HttpResponse.json(told) : HttpResponse.error())));
  render(
    <Provider store={testStore()}>
      <MemoryRouter initialEntries={[at]}>{page}</MemoryRouter>
    </Provider>,
  );
}

test("a holding is one row over its brokers and opens into what lies at each", async () => {
  show(<HoldingsPage />);
  const table = await screen.findByRole("table", { name: "Holdings" });
  expect(within(table).getByRole("row", { name: /INFY/ }).textContent).toContain("30");
  fireEvent.click(within(table).getByRole("button", { name: "Open INFY" }));
  expect(within(table).getByText("BSE:INFY")).toBeTruthy();
  expect(within(table).getByText("1,350.00")).toBeTruthy();
});

test("the part of one broker is what the address names", async () => {
  show(
    <HoldingsPage />,
    { ...portfolio, funds: [...portfolio.funds, { ...funds, account: "a-u", broker: "upstox" }] },
    "/?broker=upstox",
  );
  const table = await screen.findByRole("table", { name: "Holdings" });
  expect(within(table).getAllByRole("row")[1]?.textContent).toContain("INFY");
  expect(within(table).getAllByRole("row")[1]?.textContent).toContain("10");
  fireEvent.click(screen.getByRole("button", { name: "All" }));
  expect(within(table).getAllByRole("row")[1]?.textContent).toContain("30");
});
const [funds] = portfolio.funds as [(typeof portfolio.funds)[number]];

test("carried and traded today stand apart, and so do realised and unrealised", async () => {
  show(<PositionsPage />, { ...portfolio, positions: [future] });
  const table = await screen.findByRole("table", { name: "Positions" });
  const row = within(table).getByRole("row", { name: /NIFTY26DECFUT/ });
  for (const text of ["+130", "−65", "+₹350.00", "+₹300.00", "+₹650.00"]) expect(row.textContent).toContain(text);
});

test("without positions the page says when they would be here", async () => {
  show(<PositionsPage />);
  expect(await screen.findByText("No open positions")).toBeTruthy();
});

test("funds that a broker does not tell are a dash with the reason, and so is their sum", async () => {
  show(<FundsPage />, { ...portfolio, funds: [funds, { ...funds, account: "a-u", label: "Upstox", cash: null }] });
  const table = await screen.findByRole("table", { name: "Funds by broker" });
  expect(within(table).getAllByText("unknown: this broker has not answered").length).toBe(1);
  expect(within(table).getByText("unknown: a part of it is not known")).toBeTruthy();
});

test("no answer is said with the way to try again", async () => {
  show(<HoldingsPage />, null);
  expect(await screen.findByRole("button", { name: "Try again" })).toBeTruthy();
});
