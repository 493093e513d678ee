import { fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { Account, Conditional } from "@/api";
import { account, infy } from "@/test/fixtures";
import { server, testStore, url } from "@/test/server";
import { Conditionals } from "./Conditionals";
import { atAccount, draftOf, isRight, newDraft, toWire, wrongWith } from "./conditionals";

// Tables of many controls take jsdom seconds to name on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const kept: Conditional = {
  id: "77",
  account: "a-z",
  account_label: "Zerodha",
  broker: "zerodha",
  status: "ACTIVE",
  broker_words: "active",
  message: "",
  kind: "oco",
  exchange: "NSE",
  symbol: "INFY",
  side: "SELL",
  product: "CNC",
  legs: [
    { trigger_price: "1700.00", quantity: 2, order_type: "LIMIT", price: "1699.00" },
    { trigger_price: "1400.00", quantity: 2, order_type: "LIMIT", price: "1395.00" },
  ],
  created_at: "2026-11-20T10:00:00+05:30",
  expires_at: null,
  fired_order_ids: [],
};

const { capabilities } = account;
const upstox: Account = {
  ...account,
  id: "a-u",
  label: "Upstox",
  broker: "upstox",
  capabilities: {
    ...capabilities,
    features: { ...capabilities.features, conditionals: ["single"], conditional_types: ["MARKET"] },
  },
};

test("what the broker keeps comes back as the same trigger", () => {
  const draft = draftOf(kept);
  expect(draft && toWire(draft)).toMatchObject({ account: "a-z", kind: "oco", symbol: "INFY", legs: kept.legs });
  expect(draftOf({ ...kept, side: null })).toBeNull();
  const [target, stop] = kept.legs;
  expect(draftOf({ ...kept, legs: [target, { ...stop, quantity: 3 }] as typeof kept.legs })).toBeNull();
});

test("a trigger moved to another broker becomes what that one keeps", () => {
  const draft = atAccount({ ...newDraft("NSE:INFY", account), kind: "oco" }, upstox);
  expect([draft.kind, draft.legs[0].type]).toEqual(["single", "MARKET"]);
});

test("a target lies beyond the price and a stop before it, for sales and purchases", () => {
  const draft = { ...(draftOf(kept) as NonNullable<ReturnType<typeof draftOf>>) };
  expect(isRight(wrongWith(draft, infy, "1500"))).toBe(true);
  expect(wrongWith(draft, infy, "1300").legs[1]?.trigger).toBe("Below the last price, 1,300.00.");
  expect(wrongWith({ ...draft, side: "BUY" }, infy, "1500").legs[0]?.trigger).toBe("Below the last price, 1,500.00.");
  expect(wrongWith(draft, infy, "1700").legs[0]?.trigger).toContain("which side");
  expect(wrongWith({ ...draft, quantity: "3" }, { lot: 2, tick: "0.05" }, null).quantity).toBe("Lots of 2.");
});

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

function show(outcome: "done" | "unknown" = "done") {
  const sent: unknown[] = [];
  const answer = { id: "r", account: "a-z", kind: "x", asked_at: "2026-11-20T10:00:00+05:30", broker_words: null };
  server.use(
    http.get(url("/v1/conditionals"), () =>
      HttpResponse.json({
        items: [kept],
        unread: [{ account: "a-u", account_label: "Upstox", reason: "it needs a login" }],
        unclear: [],
      }),
    ),
    http.patch(url("/v1/conditionals/:account/:id"), async ({ request, params }) => {
      sent.push([params.id, await request.json()]);
      return HttpResponse.json({ ...answer, outcome, broker_id: "77" });
    }),
    http.delete(url("/v1/conditionals/:account/:id"), ({ params }) => {
      sent.push(["cancel", params.id]);
      return HttpResponse.json({ ...answer, outcome, broker_id: null });
    }),
  );
  render(
    <Provider store={testStore()}>
      <MemoryRouter>
        <Conditionals />
      </MemoryRouter>
    </Provider>,
  );
  return sent;
}

test("the list names what it could not read, and shows both legs", async () => {
  show();
  expect(await screen.findByText("Upstox's triggers are not all here: it needs a login.")).toBeTruthy();
  const text = screen.getByRole("table", { name: /Triggers kept by brokers/ }).textContent;
  expect(text).toContain("Target 1,700.00 → LIMIT 1,699.00");
  expect(text).toContain("Stop 1,400.00 → LIMIT 1,395.00");
});

test("a trigger is changed whole, and what nobody knows is never called done", async () => {
  const sent = show("unknown");
  await userEvent.click(await screen.findByRole("button", { name: "Change INFY" }));
  const sheet = await screen.findByRole("dialog", { name: "Change the trigger" });
  const [target] = within(sheet).getAllByLabelText("When the price is");
  fireEvent.change(target as HTMLElement, { target: { value: "1,710" } });
  await userEvent.click(within(sheet).getByRole("button", { name: "Change it" }));
  expect(await within(sheet).findByText("Unknown — look at the broker")).toBeTruthy();
  expect(sent).toMatchObject([["77", { kind: "oco", legs: [{ trigger_price: "1710.00" }, kept.legs[1]] }]]);
});

test("a trigger is cancelled after a second yes", async () => {
  const sent = show();
  await userEvent.click(await screen.findByRole("button", { name: "Cancel INFY at Zerodha" }));
  expect(sent).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Cancel it" }));
  await screen.findByRole("button", { name: "Cancel INFY at Zerodha" });
  expect(sent).toEqual([["cancel", "77"]]);
});
