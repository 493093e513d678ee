import { act, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { api, type KilledAccount, type KillSwitch } from "@/api";
import { server, testStore, url } from "@/test/server";
import { KillPanel } from "./KillPanel";
import { deeperThan, ordersProof, positionsProof, progressOf } from "./proof";

const account: KilledAccount = {
  account: "a-z",
  account_label: "Zerodha",
  broker: "zerodha",
  connected: true,
  open_orders: 0,
  open_positions: 0,
  cancelled_at: "2026-11-20T10:00:02+05:30",
  flat_at: "2026-11-20T10:00:04+05:30",
  tried_at: "2026-11-20T10:00:04+05:30",
  words: "",
};
const off: KillSwitch = {
  engaged: false,
  number: null,
  depth: null,
  since: null,
  words: "",
  cancelled: null,
  flat: null,
  accounts: [],
};
const on: KillSwitch = {
  ...off,
  engaged: true,
  number: 7,
  depth: "flatten",
  since: "2026-11-20T10:00:00+05:30",
  cancelled: false,
  flat: false,
  accounts: [
    account,
    { ...account, account: "a-u", account_label: "Upstox", broker: "upstox", flat_at: null, open_positions: 2 },
    {
      ...account,
      account: "a-g",
      account_label: "Groww",
      broker: "groww",
      connected: false,
      cancelled_at: null,
      flat_at: null,
      open_orders: null,
      words: "It asks for login.",
    },
  ],
};

test("nothing counts as proven but what a reading has shown", () => {
  const [, pending, away] = on.accounts as [KilledAccount, KilledAccount, KilledAccount];
  expect(positionsProof(account, "flatten")).toEqual({ is: "proven", at: account.flat_at });
  expect(positionsProof(pending, "flatten")).toEqual({ is: "pending", left: 2 });
  expect(ordersProof(away)).toEqual({ is: "unreached", left: null });
  expect(positionsProof(pending, "cancel_all")).toBeNull();
  expect(progressOf(on)).toEqual({ proven: 1, accounts: 3, all: false });
});

test("a switch that is on can only be made to do more", () => {
  expect(deeperThan(null)).toHaveLength(3);
  expect(deeperThan("cancel_all")).toEqual(["flatten"]);
  expect(deeperThan("flatten")).toEqual([]);
});

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

function show(first: KillSwitch): { sent: unknown[]; now: (next: KillSwitch) => void } {
  let now = first;
  const sent: unknown[] = [];
  server.use(
    http.get(url("/v1/kill-switch"), () => HttpResponse.json(now)),
    http.get(url("/v1/orders"), () => HttpResponse.json({ items: [], next_cursor: null })),
    http.post(url("/v1/kill-switch"), async ({ request }) => {
      sent.push(await request.json());
      now = on;
      return HttpResponse.json(now, { status: 202 });
    }),
    http.post(url("/v1/kill-switch/release"), async ({ request }) => {
      sent.push(await request.json());
      now = off;
      return HttpResponse.json(now);
    }),
  );
  const store = testStore();
  render(
    <Provider store={store}>
      <MemoryRouter>
        <KillPanel />
      </MemoryRouter>
    </Provider>,
  );
  const tell = (next: KillSwitch) => {
    now = next;
    act(() => void store.dispatch(api.util.invalidateTags(["Kill"])));
  };
  return { sent, now: tell };
}

test("a tap does nothing; a hold, or a screen reader's second press, stops trading to the chosen depth", async () => {
  const { sent } = show(off);
  await userEvent.click(await screen.findByRole("radio", { name: /Cancel and close everything/ }));
  const hold = screen.getByRole("button", { name: /Hold 2 s to cancel and close everything/ });
  await userEvent.click(hold);
  expect(sent).toEqual([]);
  fireEvent.click(hold, { detail: 0 });
  expect(sent).toEqual([]);
  fireEvent.click(hold, { detail: 0 });
  expect(await screen.findByText("Proven at 1 of 3 brokers; the others are being worked on.")).toBeTruthy();
  expect(sent).toEqual([{ depth: "flatten", words: "" }]);
});

test("each broker says what is proven, pending or out of reach, in its own words", async () => {
  show(on);
  const table = await screen.findByRole("table", { name: /What is proven/ });
  expect(table.textContent).toContain("flat, proven 10:00:04");
  expect(table.textContent).toContain("pending: 2 open");
  expect(table.textContent).toContain("not reached yet: tried until it answers");
  expect(table.textContent).toContain("It asks for login.");
});

test("the switch that was seen is released after a second yes", async () => {
  const { sent } = show(on);
  await userEvent.click(await screen.findByRole("button", { name: "Release the switch" }));
  expect(sent).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Yes, trade again" }));
  expect(await screen.findByText(/Stops trading at every broker/)).toBeTruthy();
  expect(sent).toEqual([{ confirm: "release", number: 7 }]);
});

test("a hold that is under way when the switch goes on elsewhere ends with it", async () => {
  const { now } = show(off);
  const hold = await screen.findByRole("button", { name: /^Hold 2 s/ });
  fireEvent.pointerDown(hold, { button: 0 });
  now({ ...on, depth: "no_new_risk" });
  const deeper = await screen.findByRole("button", { name: /Hold 2 s to cancel/ });
  expect(hold.isConnected).toBe(false);
  expect(deeper.textContent).not.toContain("Keep holding");
});
