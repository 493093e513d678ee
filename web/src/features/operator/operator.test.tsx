// Operators see users without what is theirs, are asked before they shut one out, and nobody else gets in.
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter, Route, Routes } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { dismissAll, Toasts } from "@/components/toasts";
import { server, testStore, url } from "@/test/server";
import { OperatorPage } from "./OperatorPage";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  server.resetHandlers();
  dismissAll();
});
afterAll(() => server.close());

const me = { id: "usr_me", email: "me@x.in", name: "Me", role: "operator" };
const asha = {
  id: "usr_1",
  email: "asha@x.in",
  name: "Asha",
  role: "user",
  created_at: "2026-11-20T10:00:00+05:30",
  email_verified: true,
  disabled_at: null,
  second_factor: true,
  logins: 2,
  last_seen: "2026-11-20T10:00:00+05:30",
};

function shown(users: object[], role = "operator", at = "/operator/users"): void {
  server.use(
    http.get(url("/v1/users/me"), () => HttpResponse.json({ ...me, role })),
    http.get(url("/v1/operator/users"), ({ request }) => {
      const find = new URL(request.url).searchParams.get("find") ?? "";
      const items = users.filter((one) => JSON.stringify(one).includes(find));
      return HttpResponse.json({ items, next: null });
    }),
  );
  render(
    <Provider store={testStore()}>
      <MemoryRouter initialEntries={[at]}>
        <Routes>
          <Route path="/" element={<p>Overview</p>} />
          <Route path="/operator/:part?" element={<OperatorPage />} />
        </Routes>
        <Toasts />
      </MemoryRouter>
    </Provider>,
  );
}

test("whoever is no operator is led away", async () => {
  shown([asha], "user");
  await screen.findByText("Overview");
});

test("users are found by what one types", async () => {
  const user = userEvent.setup();
  shown([asha, { ...asha, id: "usr_2", email: "ravi@x.in", name: "Ravi" }]);
  await screen.findByText("ravi@x.in");
  await user.type(screen.getByLabelText(/Find by e-mail/), "asha");
  await waitFor(() => expect(screen.queryByText("ravi@x.in")).toBeNull());
  await screen.findByText("asha@x.in");
  await user.type(screen.getByLabelText(/Find by e-mail/), "zz");
  await screen.findByText("Nobody here is called “ashazz”.");
});

test("shutting out is asked first and says what it does not do", async () => {
  const user = userEvent.setup();
  const done: string[] = [];
  server.use(
    http.post(url("/v1/operator/users/:id/disable"), ({ params }) => {
      done.push(String(params.id));
      return new HttpResponse(null, { status: 204 });
    }),
  );
  shown([asha]);
  await user.click(await screen.findByRole("button", { name: "Actions: asha@x.in" }));
  await user.click(await screen.findByRole("menuitem", { name: /Shut out/ }));
  const question = within(await screen.findByRole("dialog"));
  question.getByText(/open orders stay open at the brokers/);
  expect(done).toEqual([]);
  await user.click(question.getByRole("button", { name: "Shut out" }));
  await waitFor(() => expect(done).toEqual(["usr_1"]));
});

test("nobody shuts out himself", async () => {
  const user = userEvent.setup();
  shown([{ ...asha, ...me }]);
  await user.click(await screen.findByRole("button", { name: "Actions: me@x.in" }));
  expect((await screen.findByRole("menuitem", { name: /Shut out/ })).getAttribute("aria-disabled")).toBe("true");
  screen.getByText(/have another operator do it/);
});

test("accounts tell their sessions and breakers, and lead to their user", async () => {
  const account = {
    id: "acc_1",
    user_id: "usr_1",
    broker: "zerodha",
    state: "connected",
    connected_at: asha.created_at,
    session_expires_at: null,
    failing_since: null,
    as_of: null,
    reads: "closed",
    writes: "open",
    last_error: "timeout",
  };
  server.use(
    http.get(url("/v1/operator/accounts"), ({ request }) => {
      const after = new URL(request.url).searchParams.get("after");
      const items = [after ? { ...account, id: "acc_2", reads: null, writes: null, state: "login_needed" } : account];
      return HttpResponse.json({ items, next: after ? null : "acc_1" });
    }),
  );
  const user = userEvent.setup();
  shown([asha], "operator", "/operator/accounts");
  await screen.findByText("orders paused");
  screen.getByText("timeout");
  await user.click(screen.getByRole("button", { name: "More" }));
  await screen.findByText(/acc_2/);
  expect(screen.queryByRole("button", { name: "More" })).toBeNull();
  await user.click(screen.getAllByRole("link", { name: "usr_1" })[0] as HTMLElement);
  expect(((await screen.findByLabelText(/Find by e-mail/)) as HTMLInputElement).value).toBe("usr_1");
});

test("what nobody knows of an order is looked for when asked, its owner is told, and nothing sends it again", async () => {
  const order = {
    child_id: "chd_1",
    order_id: "ord_1",
    user_id: "usr_1",
    account_id: "acc_1",
    broker: "upstox",
    status: "UNKNOWN",
    since: asha.created_at,
    tag: "tmabc123",
  };
  server.use(http.get(url("/v1/operator/orders/unclear"), () => HttpResponse.json({ items: [order] })));
  const asked: string[] = [];
  const hop = { at: asha.created_at, kind: "sent", source: "place", latency_ms: null, words: "the answer was lost" };
  server.use(
    http.get(url("/v1/operator/orders/unclear/chd_1"), () =>
      HttpResponse.json({ ...order, logged_in: true, reads: "closed", writes: "closed", told_at: null, hops: [hop] }),
    ),
    http.post(url("/v1/operator/orders/unclear/chd_1/:act"), ({ params }) => {
      asked.push(String(params.act));
      if (params.act === "tell") return HttpResponse.json({ told_at: asha.created_at });
      return HttpResponse.json({
        child_id: "chd_1",
        found: false,
        status: "UNKNOWN",
        words: "The broker does not show it",
      });
    }),
  );
  shown([], "operator", "/operator/unclear");
  await screen.findByText("tag tmabc123");
  screen.getByText("Unknown — checking");
  const user = userEvent.setup();
  await user.click(screen.getByRole("button", { name: "Look now: chd_1" }));
  await screen.findByText("The broker does not show it");
  await user.click(screen.getByRole("button", { name: "Tell the owner: chd_1" }));
  await screen.findByText("The owner is told");
  await user.click(screen.getByRole("button", { name: "Its way: chd_1" }));
  await within(await screen.findByRole("dialog")).findByText("the answer was lost");
  expect(asked).toEqual(["look", "tell"]);
  expect(screen.queryByRole("button", { name: /send/i })).toBeNull();
});

test("a job that fails says why, has its history, and is done now when asked", async () => {
  const run = {
    due_at: asha.created_at,
    asked_by: "",
    attempt: 2,
    process: "api-1",
    started_at: "2026-11-20T10:00:00+05:30",
    ended_at: "2026-11-20T10:00:04+05:30",
    outcome: "failed",
    words: "no broker told it",
    running: false,
  };
  const job = {
    name: "instruments",
    tells: "Loads what each broker lists.",
    when: "08:30 IST",
    missed: "once",
    next_due_at: null,
    last_done: null,
    last_failed: run,
    open: null,
    failing: true,
  };
  const asked: string[] = [];
  server.use(
    http.get(url("/v1/operator/jobs"), () => HttpResponse.json({ items: [job] })),
    http.get(url("/v1/operator/jobs/instruments/runs"), () => HttpResponse.json({ items: [run], next: null })),
    http.post(url("/v1/operator/jobs/:name/runs"), ({ params }) => {
      asked.push(String(params.name));
      return HttpResponse.json({ ...run, outcome: null, ended_at: null }, { status: 202 });
    }),
  );
  const user = userEvent.setup();
  shown([], "operator", "/operator/jobs");
  await screen.findByText("no broker told it");
  await user.click(screen.getByRole("button", { name: "Do it now: instruments" }));
  await waitFor(() => expect(asked).toEqual(["instruments"]));
  await user.click(screen.getByRole("button", { name: "History: instruments" }));
  await within(await screen.findByRole("dialog")).findByText(/attempt 2 · took 4 s · api-1/);
});

test("the log is searched by whole days of India", async () => {
  const asked: string[] = [];
  server.use(
    http.get(url("/v1/operator/audit"), ({ request }) => {
      asked.push(new URL(request.url).search);
      const entry = { id: "aud_1", at: asha.created_at, user_id: "usr_1", action: "login", actor_kind: "login" };
      return HttpResponse.json({ items: [{ ...entry, actor: "usr_1", subject: "", position: 1 }], next: null });
    }),
  );
  const user = userEvent.setup();
  shown([], "operator", "/operator/log");
  await screen.findByText("Logged in");
  await user.type(screen.getByLabelText("From (IST)"), "2026-11-20");
  await user.type(screen.getByLabelText("To (IST)"), "2026-11-20");
  const day = "?since=2026-11-19T18%3A30%3A00.000Z&until=2026-11-20T18%3A30%3A00.000Z";
  await waitFor(() => expect(asked.at(-1)).toBe(day));
});

test("a message that was given up says why, is looked into without its values, and is sent again when asked", async () => {
  const letter = {
    number: 7,
    id: "msg_1",
    user_id: "usr_1",
    webhook_id: "whk_1",
    enabled: false,
    type: "order.filled",
    made_at: asha.created_at,
    tried_at: asha.created_at,
    attempts: 8,
    words: "no such host",
  };
  const asked: unknown[] = [];
  let left = [letter];
  server.use(
    http.get(url("/v1/operator/dead-letters"), () =>
      HttpResponse.json({ items: left, count: left.length, next: null }),
    ),
    http.get(url("/v1/operator/dead-letters/msg_1"), () =>
      HttpResponse.json({ ...letter, status: null, form: { order: { id: "", price: "" } } }),
    ),
    http.post(url("/v1/operator/dead-letters/replay"), async ({ request }) => {
      asked.push(await request.json());
      left = [];
      return HttpResponse.json({ done: 1, left: 0 });
    }),
  );
  const user = userEvent.setup();
  shown([], "operator", "/operator/letters");
  await screen.findByText("no such host");
  screen.getByText(/tried 8 times .* its webhook is off/);
  await user.click(screen.getByRole("button", { name: "Look: msg_1" }));
  await within(await screen.findByRole("dialog")).findByText(/"price": ""/);
  await user.keyboard("{Escape}");
  await user.click(screen.getByRole("button", { name: "Send again: msg_1" }));
  expect(asked).toEqual([]);
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Send again" }));
  await screen.findByText("No message was given up.");
  expect(asked).toEqual([{ ids: ["msg_1"] }]);
});

test("letting every message go is asked first", async () => {
  const letter = {
    id: "msg_1",
    user_id: "usr_1",
    webhook_id: "whk_1",
    enabled: true,
    type: "order.filled",
    words: "gone",
  };
  const asked: unknown[] = [];
  server.use(
    http.get(url("/v1/operator/dead-letters"), () =>
      HttpResponse.json({
        items: [{ ...letter, number: 7, made_at: asha.created_at, tried_at: null, attempts: 8 }],
        count: 3,
        next: null,
      }),
    ),
    http.post(url("/v1/operator/dead-letters/drop"), async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ done: 3, left: 0 });
    }),
  );
  const user = userEvent.setup();
  shown([], "operator", "/operator/letters");
  await screen.findByText("3 messages given up");
  await user.click(screen.getByRole("button", { name: "Let all go" }));
  const question = within(await screen.findByRole("dialog"));
  question.getByText(/cannot be brought back/);
  await user.click(question.getByRole("button", { name: "Let go" }));
  await waitFor(() => expect(asked).toEqual([{ ids: null }]));
});

const breaker = {
  account_id: "acc_1",
  user_id: "usr_1",
  broker: "upstox",
  state: "connected",
  reads: "closed",
  writes: "open",
  opened_at: asha.created_at,
  tries_at: null,
  last_ok_at: null,
  last_error: "HTTP 503",
  held: [],
};

test("a whole broker is held open with a reason and an end in India's time, and is closed again", async () => {
  const by = { by: "operator", whole_broker: true, since: asha.created_at };
  let held: object | null = null;
  const asked: unknown[] = [];
  server.use(
    http.get(url("/v1/operator/breakers"), ({ request }) => {
      const all = new URL(request.url).searchParams.get("which") === "all";
      const brokers = [{ broker: "upstox", accounts: 4, open: 1, half_open: 0, held }];
      return HttpResponse.json({ brokers, items: all ? [breaker] : [], next: null });
    }),
    http.post(url("/v1/operator/breakers/brokers/upstox/open"), async ({ request }) => {
      const body = (await request.json()) as { reason: string; until: string };
      asked.push(body);
      held = { ...by, ...body };
      return HttpResponse.json({ broker: "upstox", accounts: 4, open: 1, half_open: 0, held });
    }),
    http.post(url("/v1/operator/breakers/brokers/upstox/close"), () => {
      held = null;
      return HttpResponse.json({ broker: "upstox", accounts: 4, open: 0, half_open: 1, held });
    }),
  );
  const user = userEvent.setup();
  shown([], "operator", "/operator/breakers");
  await screen.findByText("No account's breaker stands open.");
  await user.click(screen.getByRole("button", { name: "Hold open: Upstox" }));
  const question = within(await screen.findByRole("dialog"));
  expect(question.getByRole("button", { name: "Hold open" }).hasAttribute("disabled")).toBe(true);
  await user.type(question.getByLabelText("Why"), "status page says down");
  await user.type(question.getByLabelText("Until (IST)"), "2026-11-20T10:30");
  await user.click(question.getByRole("button", { name: "Hold open" }));
  await screen.findByText(/Held open by an operator since .*, until .*: status page says down/);
  expect(asked).toEqual([{ reason: "status page says down", until: "2026-11-20T10:30:00+05:30" }]);
  await user.click(screen.getByRole("button", { name: "Close: Upstox" }));
  await screen.findByRole("button", { name: "Hold open: Upstox" });
});

test("a question that was refused before is asked again without the refusal", async () => {
  const brokers = [{ broker: "upstox", accounts: 4, open: 0, half_open: 0, held: null }];
  const refusal = { status: 422, code: "invalid_input", title: "No", detail: "until: is over", field: "until" };
  server.use(
    http.get(url("/v1/operator/breakers"), () => HttpResponse.json({ brokers, items: [], next: null })),
    http.post(url("/v1/operator/breakers/brokers/upstox/open"), () => HttpResponse.json(refusal, { status: 422 })),
  );
  const user = userEvent.setup();
  shown([], "operator", "/operator/breakers");
  await user.click(await screen.findByRole("button", { name: "Hold open: Upstox" }));
  const first = within(await screen.findByRole("dialog"));
  await user.type(first.getByLabelText("Why"), "status page says down");
  await user.click(first.getByRole("button", { name: "Hold open" }));
  await first.findByText(/is over/);
  await user.click(first.getByRole("button", { name: "Cancel" }));
  await user.click(screen.getByRole("button", { name: "Hold open: Upstox" }));
  const second = within(await screen.findByRole("dialog"));
  expect((second.getByLabelText("Why") as HTMLInputElement).value).toBe("");
  expect(second.queryByText(/is over/)).toBeNull();
});
test("an account's breaker that opened by itself says why, and is closed by hand", async () => {
  const asked: string[] = [];
  server.use(
    http.get(url("/v1/operator/breakers"), () => HttpResponse.json({ brokers: [], items: [breaker], next: null })),
    http.post(url("/v1/operator/breakers/accounts/:id/close"), ({ params }) => {
      asked.push(String(params.id));
      return HttpResponse.json({ ...breaker, writes: "half_open" });
    }),
  );
  const user = userEvent.setup();
  shown([], "operator", "/operator/breakers");
  await screen.findByText("last error: HTTP 503");
  await user.click(screen.getByRole("button", { name: "Close: Upstox acc_1" }));
  await waitFor(() => expect(asked).toEqual(["acc_1"]));
});

test("a day with hours of its own is set with its words and source, and withdrawn only when asked twice", async () => {
  const told = { exchange: "NSE", day: "2027-10-29", words: "Muhurat trading", source: "NSE circular 71/2027" };
  const hours = [{ begins: "18:00", ends: "19:00", phase: "open" }];
  const asked: unknown[] = [];
  let items: object[] = [];
  server.use(
    http.get(url("/v1/operator/calendar"), () => HttpResponse.json({ items })),
    http.post(url("/v1/operator/calendar"), async ({ request }) => {
      asked.push(await request.json());
      const by = { added_at: asha.created_at, added_by: "usr_me", withdrawn_at: null, withdrawn_by: null };
      items = [{ id: "cal_1", ...told, closed: false, sessions: hours, ...by, state: "coming" }];
      return HttpResponse.json({ items }, { status: 201 });
    }),
    http.post(url("/v1/operator/calendar/cal_1/withdraw"), () => {
      const [only] = items;
      items = [];
      return HttpResponse.json({ ...only, state: "withdrawn" });
    }),
  );
  const user = userEvent.setup();
  shown([], "operator", "/operator/calendar");
  await screen.findByText("No day is set by hand.");
  await user.click(screen.getByRole("button", { name: "Set a day" }));
  const form = within(await screen.findByRole("dialog"));
  expect(form.getByRole("button", { name: "Set it" }).hasAttribute("disabled")).toBe(true);
  await user.click(form.getByLabelText("BSE"));
  await user.type(form.getByLabelText("Day"), told.day);
  await user.click(form.getByLabelText("Hours of its own"));
  await user.type(form.getByLabelText("From (IST)"), "18:00");
  await user.type(form.getByLabelText("To (IST)"), "19:00");
  await user.type(form.getByLabelText("What it is called"), told.words);
  await user.type(form.getByLabelText("Where it is announced"), told.source);
  await user.click(form.getByRole("button", { name: "Set it" }));
  await screen.findByText(/Muhurat trading · Open 18:00–19:00 IST/);
  expect(asked).toEqual([
    { exchanges: ["NSE"], day: told.day, sessions: hours, words: told.words, source: told.source },
  ]);
  await user.click(screen.getByRole("button", { name: "Withdraw: NSE Fri, 29 Oct 2027" }));
  const question = within(await screen.findByRole("dialog"));
  await user.click(question.getByRole("button", { name: "Withdraw" }));
  await screen.findByText("No day is set by hand.");
});

test("a session at a broker is renewed by whom it takes, and ended only when asked twice", async () => {
  const session = {
    account_id: "acc_1",
    user_id: "usr_1",
    broker: "zerodha",
    state: "connected",
    since: asha.created_at,
    expires_at: null,
    renewal: "by_owner",
    process: "worker-2",
    last_error: null,
  };
  const ended: string[] = [];
  server.use(
    http.get(url("/v1/operator/sessions"), () => HttpResponse.json({ items: [session], next: null })),
    http.post(url("/v1/operator/sessions/acc_1/renewal"), () => HttpResponse.json({ asked: "by_owner" })),
    http.post(url("/v1/operator/sessions/acc_1/end"), () => {
      ended.push("acc_1");
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const user = userEvent.setup();
  shown([], "operator", "/operator/sessions");
  await screen.findByText(/worked with by worker-2 · renewed by its owner/);
  await user.click(screen.getByRole("button", { name: "Renew: Zerodha acc_1" }));
  await screen.findByText("The owner is asked to log in");
  await user.click(screen.getByRole("button", { name: "End: Zerodha acc_1" }));
  const question = within(await screen.findByRole("dialog"));
  expect(ended).toEqual([]);
  await user.click(question.getByRole("button", { name: "End" }));
  await waitFor(() => expect(ended).toEqual(["acc_1"]));
});
