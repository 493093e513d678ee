import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { server, testStore, url } from "@/test/server";
import { Bell } from "./Bell";
import { leadsTo } from "./useNotices";

beforeAll(() => server.listen());
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const told = {
  id: "ntc_2",
  at: "2026-11-20T10:00:00+05:30",
  kind: "price_alert",
  subject: "NSE:INFY",
  text: "NSE:INFY is at 1,600.00 or above",
  data: { symbol: "NSE:INFY" },
  read_at: null as string | null,
};
const unclear = {
  id: "order_unknown ord_1",
  kind: "order_unknown",
  severity: "urgent",
  title: "Unknown: Buy INFY",
  words: "Zerodha gave no clear answer. It is looked for by its tag.",
  account: null,
  order_id: "ord_1",
  symbol: "NSE:INFY",
  since: "2026-11-20T10:01:00+05:30",
  to: "/orders/ord_1",
};

function show() {
  const reads: unknown[] = [];
  let read = false;
  server.use(
    http.get(url("/v1/notices"), () =>
      HttpResponse.json({ items: [{ ...told, read_at: read ? told.at : null }], next: null, unread: read ? 0 : 1 }),
    ),
    http.get(url("/v1/attention"), () => HttpResponse.json({ items: [unclear], as_of: told.at })),
    http.post(url("/v1/notices/read"), async ({ request }) => {
      reads.push(await request.json());
      read = true;
      return HttpResponse.json({ unread: 0 });
    }),
  );
  render(
    <Provider store={testStore()}>
      <MemoryRouter>
        <Bell />
      </MemoryRouter>
    </Provider>,
  );
  return { reads, user: userEvent.setup() };
}

test("the bell says how many are unread and how many matters need a person; closing its list reads them", async () => {
  const { reads, user } = show();
  await user.click(await screen.findByRole("button", { name: "Notices, 1 unread, 1 matter needs you" }));
  expect(screen.getByRole("link", { name: /Unknown: Buy INFY/ }).getAttribute("href")).toBe("/orders/ord_1");
  expect((await screen.findByRole("link", { name: /1,600.00 or above/ })).getAttribute("href")).toBe("/i/NSE%3AINFY");
  expect(reads).toEqual([]);
  await user.keyboard("{Escape}");
  await waitFor(() => expect(reads).toEqual([{ up_to: "ntc_2" }]));
  await screen.findByRole("button", { name: "Notices, 1 matter needs you" });
});

test("a notice leads to what it is about, or nowhere", () => {
  expect(leadsTo({ ...told, data: { order_id: "ord_9", symbol: "NSE:INFY" } })).toBe("/orders/ord_9");
  expect(leadsTo({ ...told, kind: "session_ends", subject: "acc_1", data: { account: "acc_1" } })).toBe("/morning");
  expect(leadsTo({ ...told, kind: "new_login", subject: "ses_1", data: {} })).toBe("/settings/you");
  expect(leadsTo({ ...told, kind: "alert_not_placed", subject: "hok_1", data: {} })).toBe("/settings/hooks");
  expect(leadsTo({ ...told, kind: "new_kind", subject: "acc_1", data: { account: "acc_1" } })).toBe("/brokers/acc_1");
  expect(leadsTo({ ...told, kind: "new_kind", subject: "day", data: {} })).toBeNull();
});
