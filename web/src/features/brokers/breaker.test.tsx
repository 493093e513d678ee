// The owner of an account holds it open himself, sees who else does, and cannot let through what an operator holds.
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { account } from "@/test/fixtures";
import { server, testStore, url } from "@/test/server";
import { OwnBreaker } from "./OwnBreaker";
import { accountState, adviceFor } from "./state";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const since = "2026-11-20T09:41:00+05:30";
const held = { by: "owner" as const, whole_broker: false, since, until: null, reason: "I trade elsewhere today" };
const breaker = {
  account_id: account.id,
  broker: account.broker,
  state: "connected",
  reads: "closed",
  writes: "closed",
  opened_at: null,
  tries_at: null,
  last_ok_at: null,
  last_error: null,
};

const shown = () =>
  render(
    <Provider store={testStore()}>
      <MemoryRouter>
        <OwnBreaker account={account} />
      </MemoryRouter>
    </Provider>,
  );

test("one holds one's own account open until one closes it", async () => {
  const standing: object[] = [];
  const asked: unknown[] = [];
  server.use(
    http.get(url("/v1/accounts/:id/breaker"), () => HttpResponse.json({ ...breaker, held: standing })),
    http.post(url("/v1/accounts/:id/breaker/open"), async ({ request }) => {
      asked.push(await request.json());
      standing.push(held);
      return HttpResponse.json({ ...breaker, held: standing });
    }),
  );
  const user = userEvent.setup();
  shown();
  await user.click(await screen.findByRole("button", { name: "Hold open" }));
  const question = within(await screen.findByRole("dialog"));
  await user.type(question.getByLabelText("Why"), "I trade elsewhere today");
  await user.click(question.getByRole("button", { name: "Hold open" }));
  await screen.findByText(/Held open by its owner since .* until it is closed by hand: I trade elsewhere today/);
  expect(asked).toEqual([{ reason: "I trade elsewhere today", until: null }]);
  await screen.findByRole("button", { name: "Close" });
});

test("what an operator holds has no way through for the owner", async () => {
  const theirs = { ...held, by: "operator", whole_broker: true, reason: "status page says down" };
  server.use(http.get(url("/v1/accounts/:id/breaker"), () => HttpResponse.json({ ...breaker, held: [theirs] })));
  shown();
  await screen.findByText(/by an operator .* with the whole broker.*: status page says down/);
  expect(screen.queryByRole("button", { name: "Close" })).toBeNull();
});

test("an account that is held open says so wherever its condition is shown", () => {
  expect(accountState({ ...account, held })).toEqual({ tone: "bad", word: "held open" });
  expect(adviceFor({ ...account, held })).toMatch(/No new order goes to Zerodha: I trade elsewhere today/);
});
