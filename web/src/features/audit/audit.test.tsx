// The log is read by page, by what was done and when; each entry says who did it.
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { server, testStore, url } from "@/test/server";
import { AuditPart } from "./AuditPart";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const entry = (id: string, action: string, actor: object = {}, more: object = {}) => ({
  id,
  at: "2026-11-20T10:00:00+05:30",
  action,
  actor: { kind: "login", id: "usr_1", through: "ses_1", name: null, here: false, ...actor },
  address: "203.0.113.9",
  subject: "ord_1",
  detail: {},
  position: 7,
  hash: "ab",
  ...more,
});

function answers(pages: Record<string, object[]>): URL[] {
  const asked: URL[] = [];
  server.use(
    http.get(url("/v1/audit"), ({ request }) => {
      const at = new URL(request.url);
      asked.push(at);
      const before = at.searchParams.get("before") ?? "";
      const next = Object.keys(pages)[Object.keys(pages).indexOf(before) + 1] ?? null;
      return HttpResponse.json({ items: pages[before] ?? [], next });
    }),
  );
  return asked;
}

const shown = () =>
  render(
    <Provider store={testStore()}>
      <MemoryRouter>
        <AuditPart />
      </MemoryRouter>
    </Provider>,
  );

test("an entry says what was done, by whom and from where", async () => {
  answers({
    "": [
      entry("3", "order.placed", { kind: "token", name: "night robot" }, { detail: { asked: "BUY 1 NSE:INFY" } }),
      entry("2", "account.logout", { kind: "program", id: "connections" }, { address: null }),
      entry("1", "some.new_thing", { here: true }, { detail: { user_agent: "Mozilla/5.0", rows: "3" } }),
    ],
  });
  shown();
  const [order, ended, unknown] = await screen.findAllByRole("listitem");
  expect(order?.textContent).toContain("Order placed");
  expect(order?.textContent).toContain("BUY 1 NSE:INFY");
  expect(order?.textContent).toContain("night robot · from 203.0.113.9");
  within(order as HTMLElement).getByText(/IST$/);
  expect(ended?.textContent).toContain("the product (connections)");
  expect(unknown?.textContent).toContain("some.new_thing");
  expect(unknown?.textContent).toContain("this login");
  expect(unknown?.textContent).not.toContain("Mozilla");
  expect(unknown?.textContent).toContain("rows 3");
  expect(
    within(order as HTMLElement)
      .getByRole("link", { name: "The order" })
      .getAttribute("href"),
  ).toBe("/orders/ord_1");
});

test("older entries come under the newer ones", async () => {
  answers({ "": [entry("9", "login")], older: [entry("8", "login.ended")] });
  shown();
  await userEvent.click(await screen.findByRole("button", { name: "Older" }));
  await screen.findByText("Login ended");
  screen.getByText("Logged in");
  expect(screen.queryByRole("button", { name: "Older" })).toBeNull();
});

test("what is chosen is asked for, each action by its own name", async () => {
  const asked = answers({ "": [] });
  shown();
  await screen.findByText("Nothing was done in this time.");
  await userEvent.selectOptions(screen.getByLabelText("Show"), "Logins");
  await screen.findByText("Nothing was done in this time.");
  expect(asked.at(-1)?.searchParams.getAll("action")).toContain("login.refused");
  expect(asked.at(-1)?.searchParams.getAll("action")).toContain("login");
});
