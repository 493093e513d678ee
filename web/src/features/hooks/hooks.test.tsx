// A hook is made with rules that the API takes, its secret is shown once, and what came to it is told in words.
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { server, testStore, url } from "@/test/server";
import { HooksPart } from "./HooksPart";
import { empty, hookOf, namesOf } from "./rules";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const hook = {
  id: "hok_1",
  name: "Breakout",
  token: "t1",
  url: "https://trade.example/v1/hooks/tradingview/hok_1",
  rules: {},
  only_tradingview: false,
  max_age: 120,
  paused: false,
  made_at: "2026-11-20T10:00:00+05:30",
};
const token = { id: "t1", name: "Chart", scopes: ["trade"], expired: false };

function shown(items: object[], tokens: object[] = [token]): void {
  server.use(
    http.get(url("/v1/hooks"), () => HttpResponse.json({ items })),
    http.get(url("/v1/users/me/tokens"), () => HttpResponse.json({ items: tokens })),
  );
  render(
    <Provider store={testStore()}>
      <MemoryRouter>
        <HooksPart />
      </MemoryRouter>
    </Provider>,
  );
}

test("names are pairs, one a line", () => {
  expect(namesOf(" NSE:NIFTY1! = NFO:NIFTY26NOVFUT \n\nNSE:M_M=NSE:M&M")).toEqual({
    "NSE:NIFTY1!": "NFO:NIFTY26NOVFUT",
    "NSE:M_M": "NSE:M&M",
  });
});

test("an amount and a number of units go with their own rule alone", () => {
  const quantity = (by: "units" | "rupees" | "lots") => hookOf({ ...empty, by, count: "25000" }).rules.quantity;
  expect(quantity("units")).toEqual({ by: "units", units: 25000, amount: null });
  expect(quantity("rupees")).toEqual({ by: "rupees", units: null, amount: "25000" });
  expect(quantity("lots")).toEqual({ by: "lots", units: null, amount: null });
  expect(hookOf(empty).rules.offset_percent).toBe("0");
});

test("a hook is made, and its secret is shown once", async () => {
  const user = userEvent.setup();
  const made: unknown[] = [];
  server.use(
    http.post(url("/v1/hooks"), async ({ request }) => {
      made.push(await request.json());
      return HttpResponse.json({ ...hook, secret: "whs_x", message: '{"secret": "whs_x"}' }, { status: 201 });
    }),
  );
  shown([]);
  await user.click(await screen.findByRole("button", { name: "Make a hook" }));
  await user.type(await screen.findByLabelText("Name"), "Breakout");
  await user.selectOptions(screen.getByLabelText("How much"), "units");
  await user.type(screen.getByLabelText("Units"), "10");
  await user.click(screen.getByRole("button", { name: "Make it" }));
  const message = await screen.findByLabelText<HTMLTextAreaElement>("Message of the alert");
  expect(message.value).toBe('{"secret": "whs_x"}');
  expect(made).toEqual([expect.objectContaining({ name: "Breakout", token: "t1", only_tradingview: false })]);
  await user.click(screen.getByRole("button", { name: "I have it" }));
  await waitFor(() => expect(screen.queryByText(/whs_x/)).toBeNull());
});

test("without a token that trades there is nothing to make", async () => {
  const user = userEvent.setup();
  shown(
    [],
    [
      { ...token, scopes: ["read"] },
      { ...token, id: "t2", expired: true },
    ],
  );
  await user.click(await screen.findByRole("button", { name: "Make a hook" }));
  await screen.findByText(/no personal token with the scope trade/);
});

test("what came is told with its order or the reason", async () => {
  const user = userEvent.setup();
  const one = { id: "hdl_1", received_at: hook.made_at, address: "52.89.214.238", alert: "{}", done_at: null };
  server.use(
    http.get(url("/v1/hooks/hok_1/deliveries"), () =>
      HttpResponse.json({
        items: [
          { ...one, outcome: "refused", code: "alert_too_old", words: "the alert is 300 seconds old", order: null },
          { ...one, id: "hdl_0", outcome: "placed", code: "", words: "", order: "ord_1" },
        ],
        next_cursor: null,
      }),
    ),
  );
  shown([hook]);
  await user.click(await screen.findByRole("button", { name: "What came: Breakout" }));
  const log = await screen.findByRole("dialog");
  await within(log).findByText("the alert is 300 seconds old");
  expect(within(log).getByRole("link", { name: "Order" }).getAttribute("href")).toBe("/orders/ord_1");
});

test("a hook is paused and taken up again", async () => {
  const user = userEvent.setup();
  const asked: unknown[] = [];
  server.use(
    http.patch(url("/v1/hooks/hok_1"), async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ ...hook, paused: true });
    }),
  );
  shown([hook]);
  await user.click(await screen.findByRole("button", { name: "Pause: Breakout" }));
  await waitFor(() => expect(asked).toEqual([{ paused: true }]));
});
