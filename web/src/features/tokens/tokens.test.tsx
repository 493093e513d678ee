// A key says in plain words what it can do, is shown once, and waits for nothing it may do anyway.
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { server, testStore, url } from "@/test/server";
import { draftOf, empty, policyOf, tokenOf } from "./draft";
import { token } from "./sample";
import { TokensPart } from "./TokensPart";
import { canDo, limitsOf } from "./words";

beforeAll(() => server.listen());
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test("a key that trades without limits says so, and one that only tries says that", () => {
  expect(canDo({ ...empty, scopes: ["trade"] })).toEqual([
    "It trades with your real money, without asking.",
    "Nothing limits what its orders are worth.",
  ]);
  expect(canDo({ ...empty, scopes: ["trade"], dryRun: true })).toEqual(["It tries orders out; nothing is ever sent."]);
  expect(canDo({ ...empty, scopes: ["trade"], orderValue: "5000", ask: true })).toContain(
    "What is outside its limits waits for your yes.",
  );
});

test("what is left empty is no limit, and a key that only looks carries no limits of orders", () => {
  const looks = tokenOf({ ...empty, name: " x ", orderValue: "5", accounts: ["acc_1"] });
  expect(looks).toEqual({
    name: "x",
    scopes: ["read"],
    days: 90,
    policy: { accounts: ["acc_1"], addresses: null },
  });
  const trades = tokenOf({ ...empty, scopes: ["trade"], symbols: "NSE:INFY, *:NIFTY", side: "BUY" });
  expect(trades.policy).toMatchObject({
    symbols: ["NSE:INFY", "*:NIFTY"],
    sides: ["BUY"],
    order_value: null,
    on_breach: "refuse",
  });
});

test("a key is said in a line, with every limit it has", () => {
  expect(limitsOf(token.policy, token.scopes)).toEqual([
    "one account only",
    "₹5,000.00 an order",
    "2 orders a day",
    "NSE:INFY, *:NIFTY",
    "NSE",
    "Buy only",
    "CNC",
    "09:15 to 15:00 IST",
    "asks you beyond that",
    "from 203.0.113.7/32",
  ]);
  expect(limitsOf({}, ["read"])).toEqual([]);
});

test("a policy that is opened and saved again loses nothing", () => {
  const again = policyOf(draftOf(token));
  expect(again).toEqual({ ...token.policy, hours: { start: "09:15", end: "15:00" } });
});

test("amounts may carry commas, and one time alone is given on for the server to refuse", () => {
  const policy = policyOf({ ...empty, scopes: ["trade"], dayValue: " 1,00,000 ", start: "09:15" });
  expect(policy).toMatchObject({ day_value: "100000", hours: { start: "09:15", end: "" } });
});

test("a key is changed on the screen: its policy is given whole", async () => {
  const asked: unknown[] = [];
  server.use(
    http.get(url("/v1/users/me/tokens"), () => HttpResponse.json({ items: [token] })),
    http.patch(url("/v1/users/me/tokens/GaF7X8Krzdg7"), async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json(token);
    }),
  );
  const user = userEvent.setup();
  render(
    <Provider store={testStore()}>
      <MemoryRouter>
        <TokensPart />
      </MemoryRouter>
    </Provider>,
  );
  await user.click(await screen.findByRole("button", { name: "Change: weekly fund" }));
  await user.clear(screen.getByLabelText("Rupees of one order"));
  await user.type(screen.getByLabelText("Rupees of one order"), "2500");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(asked).toMatchObject([
      { name: "weekly fund", scopes: ["trade"], policy: { order_value: "2500", ask_seconds: 120, day_orders: 2 } },
    ]),
  );
});

test("a new key is made with its limits, and its text is shown once", async () => {
  const asked: unknown[] = [];
  const made: unknown[] = [];
  server.use(
    http.get(url("/v1/users/me/tokens"), () => HttpResponse.json({ items: made })),
    http.post(url("/v1/users/me/tokens"), async ({ request }) => {
      asked.push(await request.json());
      made.push(token);
      return HttpResponse.json({ ...token, token: "tm_GaF7X8Krzdg7_secret" }, { status: 201 });
    }),
  );
  const user = userEvent.setup();
  render(
    <Provider store={testStore()}>
      <MemoryRouter>
        <TokensPart />
      </MemoryRouter>
    </Provider>,
  );
  await screen.findByText("No program has a key yet.");
  await user.click(screen.getByRole("button", { name: "New token" }));
  await user.type(screen.getByLabelText("Name of the program"), "weekly fund");
  await user.click(screen.getByLabelText("Trade: place, change and cancel orders"));
  await user.type(screen.getByLabelText("Rupees of one order"), "5000");
  expect(screen.getByText("One order is worth at most ₹5,000.00.")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Make the token" }));
  expect(await screen.findByDisplayValue("tm_GaF7X8Krzdg7_secret")).toBeTruthy();
  expect(asked).toMatchObject([{ name: "weekly fund", scopes: ["read", "trade"], policy: { order_value: "5000" } }]);
  await user.click(screen.getByRole("button", { name: "I have it" }));
  await waitFor(() => expect(screen.queryByDisplayValue("tm_GaF7X8Krzdg7_secret")).toBeNull());
  expect(await screen.findByRole("button", { name: "Revoke: weekly fund" })).toBeTruthy();
});
