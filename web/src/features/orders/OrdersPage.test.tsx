import { fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { ChildOrder, Order } from "@/api";
import { order } from "@/test/fixtures";
import { server, testStore, url } from "@/test/server";
import { OrdersPage } from "./OrdersPage";

// Tables of many controls take jsdom seconds to name on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const limit = { order_type: "LIMIT" as const, price: "1500.00", filled_quantity: 0, average_price: null };
const open: Order = {
  ...order,
  ...limit,
  id: "o-2",
  status: "OPEN",
  children: [{ ...(order.children[0] as ChildOrder), ...limit, status: "OPEN" }],
};

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

function show(pages: Record<string, { items: Order[]; next_cursor: string | null }>, path = "/orders") {
  const asked: string[] = [];
  const cancelled: string[] = [];
  const changed: unknown[] = [];
  server.use(
    http.get(url("/v1/orders"), ({ request }) => {
      const { search, searchParams } = new URL(request.url);
      asked.push(search);
      return HttpResponse.json(pages[searchParams.get("cursor") ?? ""] ?? { items: [], next_cursor: null });
    }),
    http.delete(url("/v1/orders/:id"), ({ params }) => {
      cancelled.push(String(params.id));
      return HttpResponse.json({ ...open, id: String(params.id) }, { status: 202 });
    }),
    http.patch(url("/v1/orders/:id"), async ({ request }) => {
      changed.push([request.headers.get("idempotency-key")?.slice(0, 4), await request.json()]);
      return changed.length === 1
        ? HttpResponse.json({ type: "x", title: "x", status: 503, code: "busy", detail: "try later" }, { status: 503 })
        : HttpResponse.json(open);
    }),
  );
  render(
    <Provider store={testStore()}>
      <MemoryRouter initialEntries={[path]}>
        <OrdersPage />
      </MemoryRouter>
    </Provider>,
  );
  return { asked, cancelled, changed };
}

const table = () => screen.findByRole("table", { name: "Orders, times in IST" });

test("older orders come page after page, under their days", async () => {
  show({
    "": { items: [order], next_cursor: "o-1" },
    "o-1": {
      items: [{ ...order, id: "o-0", symbol: "TCS", created_at: "2026-11-19T10:00:00+05:30" }],
      next_cursor: null,
    },
  });
  expect((await table()).textContent).toMatch(/20 Nov,? 2026/);
  await userEvent.click(screen.getByRole("button", { name: "Older orders" }));
  expect(await screen.findByText("TCS")).toBeTruthy();
  expect((await table()).textContent).toMatch(/19 Nov,? 2026/);
  expect(screen.queryByRole("button", { name: "Older orders" })).toBeNull();
});

test("what the address narrows is asked of the server", async () => {
  const { asked } = show(
    { "": { items: [], next_cursor: null } },
    "/orders?tab=done&side=SELL&symbol=nif&from=2026-11-01",
  );
  expect(await screen.findByText("No order fits the filter")).toBeTruthy();
  expect(asked.some((search) => /status=done.*side=SELL.*symbol=NIF.*from=2026-11-01/.test(search))).toBe(true);
  expect(screen.getByLabelText("Symbol begins with")).toHaveProperty("value", "nif");
});

test("one is cancelled with one tap, several after a yes that names each", async () => {
  const { cancelled } = show({ "": { items: [open, { ...open, id: "o-3", symbol: "TCS" }], next_cursor: null } });
  await table();
  await userEvent.click(screen.getByRole("button", { name: "Cancel BUY TCS" }));
  expect(cancelled).toEqual(["o-3"]);
  await userEvent.click(screen.getByRole("checkbox", { name: "Choose all" }));
  await userEvent.click(screen.getByRole("button", { name: "Cancel 2" }));
  expect(cancelled).toEqual(["o-3"]);
  const sheet = screen.getByRole("dialog", { name: "Cancel 2 orders?" });
  expect(within(sheet).getAllByRole("listitem")).toHaveLength(2);
  await userEvent.click(within(sheet).getByRole("button", { name: "Yes, cancel 2 orders" }));
  expect([...cancelled].sort()).toEqual(["o-2", "o-3", "o-3"]);
});

test("an order is changed in its row by keyboard; asking again after no answer uses the same key", async () => {
  const { changed } = show({ "": { items: [open], next_cursor: null } });
  await table();
  await userEvent.click(screen.getByRole("button", { name: "Change BUY INFY" }));
  const price = screen.getByRole("textbox", { name: "Price of INFY" });
  fireEvent.change(price, { target: { value: "1500.02" } });
  expect(await screen.findByText("A multiple of 0.05.")).toBeTruthy();
  fireEvent.change(price, { target: { value: "1,501" } });
  expect(screen.getByText("Enter sends: Zerodha 10 at the new terms.")).toBeTruthy();
  await userEvent.keyboard("{Enter}");
  expect(await screen.findByText(/sending again uses the same key/)).toBeTruthy();
  await userEvent.click(price);
  await userEvent.keyboard("{Enter}");
  await screen.findByText("LIMIT");
  expect(changed).toEqual([
    ["web-", { price: "1501.00" }],
    ["web-", { price: "1501.00" }],
  ]);
});

test("Escape leaves a change, and one that cannot be changed says why", async () => {
  const unknown = { ...open, id: "o-4", symbol: "SBIN", status: "UNKNOWN" as const };
  const part = { ...(open.children[0] as ChildOrder), status: "UNKNOWN" as const, broker_order_id: null };
  const { changed } = show({ "": { items: [open, { ...unknown, children: [part] }], next_cursor: null } });
  await table();
  const locked = screen.getByRole("button", { name: "Change BUY SBIN" });
  expect(locked).toHaveProperty("disabled", true);
  expect(locked.title).toContain("not known yet whether Zerodha has its part");
  await userEvent.click(screen.getByRole("button", { name: "Change BUY INFY" }));
  await userEvent.click(screen.getByRole("textbox", { name: "Quantity of INFY" }));
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByRole("textbox", { name: "Quantity of INFY" })).toBeNull();
  expect(changed).toEqual([]);
});
