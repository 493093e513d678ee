import { fireEvent, render, screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { ImportedTrades, Profits, Trade } from "@/api";
import { account } from "@/test/fixtures";
import { server, testStore, url } from "@/test/server";
import { ImportSheet } from "./ImportSheet";
import { PnlPage } from "./PnlPage";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const sums = {
  realised: null,
  realised_known: "1200.00",
  unrealised: "300.00",
  gross: null,
  charges: "41.20",
  charges_estimated: true,
  net: null,
  closed_quantity: 15,
  unseen_quantity: 5,
  open_quantity: 10,
};
const profits: Profits = {
  as_of: "2026-11-20T10:00:00+05:30",
  first: "2026-04-01",
  last: "2026-11-20",
  group: "instrument",
  rows: [
    {
      ...sums,
      account: null,
      exchange: "NSE",
      symbol: "INFY",
      isin: "INE009A01021",
      day: null,
      beside: [
        {
          account: "a-z",
          exchange: "NSE",
          symbol: "INFY",
          own_quantity: 10,
          own_average: "1400.00",
          own_pnl: "1000.00",
          broker_quantity: 10,
          broker_average: "1390.00",
          broker_pnl: "1100.00",
          difference: "100.00",
          differences: [
            { cause: "average_not_fifo", amount: "99.50", units: 10 },
            { cause: "unexplained", amount: "0.50", units: 0 },
          ],
          unknown: null,
        },
      ],
    },
  ],
  total: { ...sums, note_rounding: "0.00" },
  without_trades: [],
  notes: ["One note of the server."],
  gaps: [],
};
const trade: Trade = {
  account: "a-z",
  exchange: "NSE",
  symbol: "INFY",
  isin: "INE009A01021",
  side: "BUY",
  quantity: 10,
  price: "1400.00",
  value: "14000.00",
  at: "2026-11-20T10:00:00+05:30",
  product: null,
  trade_id: "t1",
  order_id: "",
  source: "imported",
};
const looked: ImportedTrades = {
  format: "Zerodha Console",
  verified: true,
  new: 3,
  known: 1,
  untraded: 0,
  refused_count: 0,
  refused: [],
  first: "2025-04-02",
  last: "2025-06-30",
  committed: false,
};

function show(page: React.ReactNode, at = "/pnl") {
  render(
    <Provider store={testStore()}>
      <MemoryRouter initialEntries={[at]}>{page}</MemoryRouter>
    </Provider>,
  );
}

test("what is not known of a profit is said, and the difference to the broker has its causes", async () => {
  let asked = "";
  server.use(
    http.get(url("/v1/portfolio/pnl"), ({ request }) => {
      asked = new URL(request.url).search;
      return HttpResponse.json(profits);
    }),
    http.get(url("/v1/portfolio/lots"), () =>
      HttpResponse.json({ as_of: profits.as_of, last_price: null, price_as_of: null, lots: [], closings: [] }),
    ),
  );
  show(<PnlPage />);
  const table = await screen.findByLabelText("Profits");
  expect(within(table).getByText("5 units without their purchase")).toBeTruthy();
  expect(screen.getByText(/Without 5 units whose purchase nobody saw/).textContent).toContain("+₹1,200.00");
  expect(screen.getByText("One note of the server.")).toBeTruthy();
  fireEvent.click(screen.getByLabelText("Open INFY"));
  const beside = within(screen.getByRole("table", { name: "Our number beside the broker's" }));
  for (const words of ["Average, not oldest first (10 units)", "Not explained"])
    expect(beside.getByText(words)).toBeTruthy();
  expect(await screen.findByText("Nothing is open.")).toBeTruthy();
  expect(asked).toMatch(/^\?group=instrument&from=\d{4}-04-01$/);
});

test("trades say where they were learnt and what their file did not tell", async () => {
  server.use(http.get(url("/v1/trades"), () => HttpResponse.json({ items: [trade], next_cursor: null })));
  show(<PnlPage />, "/pnl?tab=trades");
  const table = await screen.findByLabelText("Trades, times in IST");
  expect(within(table).getByText("file")).toBeTruthy();
  expect(within(table).getByText("unknown: the file does not tell the product")).toBeTruthy();
  expect(within(table).getByText("Fri, 20 Nov 2026")).toBeTruthy();
});

async function chooseFile(): Promise<void> {
  show(<ImportSheet accounts={[account]} account={undefined} onClose={() => undefined} />);
  fireEvent.change(screen.getByLabelText("Tradebook (CSV)"), { target: { files: [new File(["a,b"], "book.csv")] } });
  fireEvent.click(screen.getByText("Look at it"));
}

test("a file is looked at before anything is kept", async () => {
  const asked: string[] = [];
  server.use(
    http.post(url("/v1/trades/import"), ({ request }) => {
      const { searchParams } = new URL(request.url);
      asked.push(`${searchParams.get("account")} ${searchParams.get("commit")} ${request.headers.get("Content-Type")}`);
      return HttpResponse.json({ ...looked, committed: searchParams.get("commit") === "true" });
    }),
  );
  await chooseFile();
  expect(await screen.findByText("Read as: Zerodha Console")).toBeTruthy();
  expect(asked).toEqual(["a-z false text/csv"]);
  fireEvent.click(screen.getByText("Keep 3 trades"));
  await expect.poll(() => asked.at(-1)).toBe("a-z true text/csv");
});

test("a file with a row that breaks a rule cannot be kept, and the row is named", async () => {
  const refused = [{ line: 7, column: "price", rule: "a price is above zero", value: "-1" }];
  server.use(http.post(url("/v1/trades/import"), () => HttpResponse.json({ ...looked, refused_count: 1, refused })));
  await chooseFile();
  expect(await screen.findByText("a price is above zero")).toBeTruthy();
  expect((screen.getByText("Keep 3 trades") as HTMLButtonElement).disabled).toBe(true);
});
