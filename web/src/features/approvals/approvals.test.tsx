// An order that waits is answered once, for the plan that was looked at.
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { decision, order } from "@/test/fixtures";
import { server, testStore, url } from "@/test/server";
import { ApprovalsPage } from "./ApprovalsPage";

beforeAll(() => server.listen());
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const waiting = (more: object = {}) => ({
  id: "apr_1",
  state: "waiting",
  token: "GaF7X8Krzdg7",
  token_name: "weekly fund",
  asked_at: new Date().toISOString(),
  expires_at: new Date(Date.now() + 120_000).toISOString(),
  order: {
    exchange: "NSE",
    symbol: "INFY",
    side: "BUY",
    quantity: 5,
    order_type: "LIMIT",
    product: "CNC",
    validity: "DAY",
    price: "1464.00",
    trigger_price: null,
    account: "auto",
  },
  breaches: [{ clause: "order_value", asked: "₹7,320.00", allowed: "₹1,000.00 an order", field: "quantity" }],
  decision,
  plan_hash: "a".repeat(64),
  needs_proof: false,
  answered_at: null,
  words: "",
  order_id: null,
  ...more,
});

function show() {
  const router = createMemoryRouter([{ path: "/approvals", element: <ApprovalsPage /> }], {
    initialEntries: ["/approvals"],
  });
  render(
    <Provider store={testStore()}>
      <RouterProvider router={router} />
    </Provider>,
  );
  return userEvent.setup();
}

test("what is asked, why it waits and what would be sent is told, and a yes names the plan", async () => {
  const said: unknown[] = [];
  server.use(
    http.get(url("/v1/approvals"), () => HttpResponse.json({ items: said.length > 0 ? [] : [waiting()] })),
    http.post(url("/v1/approvals/apr_1/approve"), async ({ request }) => {
      said.push(await request.json());
      return HttpResponse.json(order, { status: 201 });
    }),
  );
  const user = show();
  expect(await screen.findByRole("heading", { name: "weekly fund asks" })).toBeTruthy();
  expect(screen.getByText(/Rupees of one order: asked ₹7,320.00, allowed ₹1,000.00 an order/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Approve and send" }));
  expect(await screen.findByText("Nothing waits for you.")).toBeTruthy();
  expect(said).toEqual([{ plan_hash: "a".repeat(64) }]);
});

test("a plan that changed is shown anew, and nothing is said to be sent", async () => {
  server.use(
    http.get(url("/v1/approvals"), () => HttpResponse.json({ items: [waiting()] })),
    http.post(url("/v1/approvals/apr_1/approve"), () =>
      HttpResponse.json({ status: 409, code: "plan_changed", title: "", detail: "" }, { status: 409 }),
    ),
  );
  const user = show();
  await user.click(await screen.findByRole("button", { name: "Approve and send" }));
  expect(await screen.findByText(/The plan has changed since you looked/)).toBeTruthy();
});

test("what is over can be answered no more", async () => {
  const over = waiting({ state: "expired", expires_at: new Date(Date.now() - 1000).toISOString() });
  server.use(http.get(url("/v1/approvals"), () => HttpResponse.json({ items: [over] })));
  show();
  expect(await screen.findByText("Expired")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Approve and send" })).toBeNull();
});
