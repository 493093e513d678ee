import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter, Route, Routes } from "react-router";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { ChainOption, OptionChain, Payoff, Underlying } from "@/api";
import { server, testStore, url } from "@/test/server";
import { basket, inOrder, toLegs } from "./basket";
import { brief, expiryWords, greekWords, inTheMoney } from "./chain";
import { OptionsPage } from "./OptionsPage";

Element.prototype.scrollIntoView = () => undefined; // jsdom lays nothing out

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
beforeEach(() => {
  vi.stubGlobal("matchMedia", (query: string) => ({
    matches: query.includes("min-width"),
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }));
});
afterEach(() => {
  server.resetHandlers();
  vi.unstubAllGlobals();
});
afterAll(() => server.close());

const option = (symbol: string, part: Partial<ChainOption> = {}): ChainOption => ({
  symbol,
  lot: 65,
  last_price: "83.40",
  change: "-51.25",
  change_percent: "-38.06",
  bid: "83.40",
  bid_quantity: 715,
  ask: "84.55",
  ask_quantity: 910,
  volume: 28665,
  oi: 165260,
  oi_change: null,
  iv: "12.47",
  iv_of: "mid",
  iv_missing: null,
  delta: "0.5121",
  gamma: "0.001958",
  theta: "-28.33",
  vega: "6.51",
  as_of: "2026-11-20T10:00:00+05:30",
  source: "mock",
  stale: false,
  ...part,
});

const spot = {
  symbol: "NSE:NIFTY 50",
  kind: "IDX" as const,
  last_price: "26047.10",
  change: "-21.05",
  change_percent: "-0.08",
  as_of: "2026-11-20T10:00:00+05:30",
  source: "mock",
  stale: false,
};
const underlying: Underlying = {
  name: "NIFTY",
  exchange: "NFO",
  lot: 65,
  spot,
  futures: [],
  expiries: [
    {
      expiry: "2026-11-23",
      days: 3,
      expires_at: "2026-11-23T15:40:00+05:30",
      monthly: true,
      strikes: 106,
      future: null,
    },
  ],
};
const chain: OptionChain = {
  name: "NIFTY",
  exchange: "NFO",
  expiry: "2026-11-23",
  days: 3,
  expires_at: "2026-11-23T15:40:00+05:30",
  lot: 65,
  spot,
  future: null,
  forward: "26055.40",
  forward_of: "parity",
  atm_strike: "26050.00",
  put_call_ratio: "1.27",
  max_pain: "26050.00",
  counted: 1,
  total: 106,
  missing: 0,
  now: "2026-11-20T10:00:00+05:30",
  strikes: [
    {
      strike: "26050.00",
      call: option("NFO:NIFTY26NOV26050CE"),
      put: option("NFO:NIFTY26NOV26050PE", { iv: null, iv_missing: "no_price", oi: null }),
    },
  ],
};
const payoff: Payoff = {
  name: "NIFTY",
  expiry: "2026-11-23",
  spot,
  legs: [],
  net_premium: "-5495.75",
  max_profit: null,
  profit_unlimited: true,
  max_loss: "-5495.75",
  loss_unlimited: false,
  break_evens: ["26134.55"],
  points: [
    { price: "25500.00", profit: "-5495.75", now: "-5000.00" },
    { price: "26050.00", profit: "-5495.75", now: "-100.00" },
    { price: "26600.00", profit: "30254.25", now: null },
  ],
  greeks: null,
};

function show(): unknown[] {
  const asked: unknown[] = [];
  server.use(
    http.get(url("/v1/options/NIFTY"), () => HttpResponse.json(underlying)),
    http.get(url("/v1/options/NIFTY/chain"), () => HttpResponse.json(chain)),
    http.post(url("/v1/options/payoff"), async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json(payoff);
    }),
  );
  render(
    <Provider store={testStore()}>
      <MemoryRouter initialEntries={["/options/NIFTY"]}>
        <Routes>
          <Route path="/options/:underlying" element={<OptionsPage />} />
        </Routes>
      </MemoryRouter>
    </Provider>,
  );
  return asked;
}

test("the chain marks the strike at the money, and what is not known says why", async () => {
  show();
  const row = (await screen.findByRole("button", { name: /^Call 26,050.00/ })).closest("tr") as HTMLElement;
  expect(within(row).getByText("at the money")).toBeTruthy();
  expect(within(row).getByText("12.5")).toBeTruthy();
  expect(within(row).getByText("unknown: neither bid and offer nor a trade")).toBeTruthy();
  expect(within(row).getByText("1.65 L").getAttribute("title")).toBe("1,65,260");
}, 20_000);

test("an option says in words what moves it, and goes into the basket with its payoff", async () => {
  const asked = show();
  await userEvent.click(await screen.findByRole("button", { name: /^Call 26,050.00/ }));
  expect(await screen.findByText("Gains about ₹0.51 when NIFTY rises by ₹1.")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Buy into the basket" }));
  expect(await screen.findByText("Premium paid")).toBeTruthy();
  expect(screen.getByText("No limit")).toBeTruthy();
  expect(screen.getByRole("img", { name: "Profit and loss over the price of NIFTY" })).toBeTruthy();
  expect(asked[0]).toEqual({
    legs: [{ symbol: "NFO:NIFTY26NOV26050CE", side: "BUY", quantity: 65 }],
    low: "24745",
    high: "27353",
  });
  await userEvent.click(screen.getByRole("button", { name: /a lot more$/ }));
  await waitFor(() => expect(asked.at(-1)).toMatchObject({ legs: [{ quantity: 130 }] }));
}, 20_000);

test("legs are held in whole lots, one of each contract, what is bought first", () => {
  const leg = (symbol: string, side: "BUY" | "SELL") =>
    ({ do: "add", leg: { symbol, label: symbol, strike: "26000.00", side, lot: 65 } }) as const;
  let legs = basket([], leg("a", "SELL"));
  legs = basket(legs, leg("b", "BUY"));
  legs = basket(legs, leg("a", "SELL"));
  expect(toLegs(legs)).toEqual([
    { symbol: "a", side: "SELL", quantity: 130 },
    { symbol: "b", side: "BUY", quantity: 65 },
  ]);
  expect(inOrder(legs).map((one) => one.symbol)).toEqual(["b", "a"]);
  expect(basket(basket(legs, leg("b", "SELL")), leg("a", "BUY")).map((one) => [one.symbol, one.lots])).toEqual([
    ["a", 1],
  ]);
  expect(basket(legs, { do: "lots", symbol: "b", by: -5 })[1]?.lots).toBe(1);
  expect(basket(legs, { do: "flip", symbol: "b" })[1]?.side).toBe("SELL");
});

test("figures of a chain", () => {
  expect(inTheMoney("26000.00", "call", "26047.10")).toBe(true);
  expect(inTheMoney("26000.00", "put", "26047.10")).toBe(false);
  expect(inTheMoney("26000.00", "put", null)).toBe(false);
  expect([brief(950), brief(165_260), brief(-25_000_000), brief(null)]).toEqual(["950", "1.65 L", "−2.50 Cr", "—"]);
  expect(expiryWords("2026-11-23", new Date("2026-11-20"))).toBe("23 Nov");
  expect(expiryWords("2027-01-25", new Date("2026-11-20"))).toBe("25 Jan 2027");
  expect(greekWords(option("x", { delta: "-0.4880", gamma: null, theta: null, vega: null }), "NIFTY")).toEqual([
    "Loses about ₹0.49 when NIFTY rises by ₹1.",
  ]);
});
