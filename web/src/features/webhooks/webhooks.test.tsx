// A webhook's secret is shown once, its log tells what came back, and why one was switched off stands beside it.
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { server, testStore, url } from "@/test/server";
import { WebhooksPart } from "./WebhooksPart";
import { events, eventWords, shortEvent } from "./words";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const hook = {
  id: "whk_1",
  name: "Journal",
  url: "https://example.com/trades",
  events: ["order.filled", "kill_switch.on"],
  enabled: true,
  off_why: "",
  failing_since: null,
  old_secret_until: null,
  made_at: "2026-11-20T10:00:00+05:30",
};
const sent = {
  id: "msg_1",
  type: "order.filled",
  body: '{"type":"order.filled"}',
  made_at: hook.made_at,
  state: "dead",
  attempts: 11,
  due_at: null,
  tried_at: hook.made_at,
  status: 500,
  ms: 12,
  answer: "out of order",
};

function shown(...items: object[]): void {
  server.use(http.get(url("/v1/webhooks"), () => HttpResponse.json({ items })));
  render(
    <Provider store={testStore()}>
      <MemoryRouter>
        <WebhooksPart />
      </MemoryRouter>
    </Provider>,
  );
}

test("every event has words of its own", () => {
  for (const event of events) {
    expect(eventWords(event)).not.toBe(event);
    expect(shortEvent(event)).not.toBe(event);
  }
  expect(shortEvent("order.teleported")).toBe("order.teleported");
});

test("a webhook is made, and its secret is shown once", async () => {
  const user = userEvent.setup();
  const made: unknown[] = [];
  server.use(
    http.post(url("/v1/webhooks"), async ({ request }) => {
      made.push(await request.json());
      return HttpResponse.json({ ...hook, secret: "whsec_c2VjcmV0" }, { status: 201 });
    }),
  );
  shown();
  await user.click(await screen.findByRole("button", { name: "New webhook" }));
  const form = within(await screen.findByRole("dialog"));
  await user.type(form.getByLabelText("Name"), "Journal");
  await user.type(form.getByLabelText("Address"), "https://example.com/trades");
  await user.click(form.getByLabelText("The kill switch turned on"));
  await user.click(form.getByRole("button", { name: "Make it" }));
  const secret = await screen.findByLabelText("Secret");
  expect((secret as HTMLTextAreaElement).value).toBe("whsec_c2VjcmV0");
  expect(made).toEqual([{ name: "Journal", url: "https://example.com/trades", events: hook.events }]);
  await user.click(screen.getByRole("button", { name: "I have it" }));
  expect(screen.queryByText("whsec_c2VjcmV0")).toBeNull();
});

test("one that was switched off says why, and is switched on again", async () => {
  const user = userEvent.setup();
  const asked: unknown[] = [];
  server.use(
    http.patch(url("/v1/webhooks/whk_1"), async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json(hook);
    }),
  );
  shown({ ...hook, enabled: false, off_why: "its server said that it is gone" });
  await screen.findByText(/its server said that it is gone/);
  await user.click(screen.getByRole("button", { name: "Switch on: Journal" }));
  await waitFor(() => expect(asked).toEqual([{ enabled: true }]));
});

test("the log tells what came back, and what was given up is sent again", async () => {
  const user = userEvent.setup();
  const again: string[] = [];
  server.use(
    http.get(url("/v1/webhooks/whk_1/deliveries"), () => HttpResponse.json({ items: [sent], next_cursor: null })),
    http.post(url("/v1/webhooks/whk_1/deliveries/:id/resend"), ({ params }) => {
      again.push(String(params.id));
      return HttpResponse.json({ ...sent, state: "waiting", attempts: 0 }, { status: 202 });
    }),
  );
  shown(hook);
  await user.click(await screen.findByRole("button", { name: "Log: Journal" }));
  const log = within(await screen.findByRole("dialog"));
  await log.findByText("answered 500 · 12 ms · 11 tries");
  log.getByText("out of order");
  await user.click(log.getByRole("button", { name: /^Send again: fills/ }));
  await waitFor(() => expect(again).toEqual(["msg_1"]));
});

test("pausing is asked first, since what waits is given up", async () => {
  const user = userEvent.setup();
  const asked: unknown[] = [];
  server.use(
    http.patch(url("/v1/webhooks/whk_1"), async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ ...hook, enabled: false });
    }),
  );
  shown(hook);
  await user.click(await screen.findByRole("button", { name: "Pause: Journal" }));
  expect(asked).toEqual([]);
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Pause" }));
  await waitFor(() => expect(asked).toEqual([{ enabled: false }]));
});
