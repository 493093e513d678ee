import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Policy, PolicyIn } from "@/api";
import { account } from "@/test/fixtures";
import { server, testStore, url } from "@/test/server";
import { PolicyPicker } from "./PolicyPicker";
import { moved, policyOf, toggled } from "./policy";

const accounts = [account, { ...account, id: "a-u", label: "Upstox" }];

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const start: Policy = {
  kind: "cheapest",
  account: null,
  accounts: [],
  weights: { cost: 1, speed: 1, reliability: 1 },
  splitting: "when_forced",
  words: "The lowest charges.",
  standard_mode: false,
};

function show(first: Policy = start): PolicyIn[] {
  let held = first;
  const sent: PolicyIn[] = [];
  server.use(
    http.get(url("/v1/users/me/policy"), () => HttpResponse.json(held)),
    http.put(url("/v1/users/me/policy"), async ({ request }) => {
      const asked = (await request.json()) as PolicyIn;
      sent.push(asked);
      held = { ...start, ...asked, words: `Words of ${asked.kind}.` } as Policy;
      return HttpResponse.json(held);
    }),
  );
  render(
    <Provider store={testStore()}>
      <PolicyPicker accounts={accounts} />
    </Provider>,
  );
  return sent;
}

test("a policy is chosen, sent, and explained in the server's words", async () => {
  const sent = show();
  const select = await screen.findByLabelText("Policy");
  expect(screen.getByText("The lowest charges.")).toBeTruthy();
  await userEvent.selectOptions(select, "Fastest");
  expect(await screen.findByText("Words of fastest.")).toBeTruthy();
  expect(sent).toEqual([{ kind: "fastest", splitting: "when_forced" }]);
});

test("a list begins with all accounts and its order can be changed without a mouse", async () => {
  const sent = show();
  await userEvent.selectOptions(await screen.findByLabelText("Policy"), "First of my list that can");
  await userEvent.click(await screen.findByRole("button", { name: "Upstox earlier" }));
  await waitFor(() => expect(sent).toHaveLength(2));
  expect(sent.map((policy) => policy.accounts)).toEqual([
    ["a-z", "a-u"],
    ["a-u", "a-z"],
  ]);
});

test("the last account of a spread cannot be left out", async () => {
  const sent = show({ ...start, kind: "spread", accounts: ["a-u"] });
  expect(await screen.findByLabelText("Upstox")).toHaveProperty("disabled", true);
  await userEvent.click(screen.getByLabelText("Zerodha"));
  await waitFor(() => expect(sent[0]?.accounts).toEqual([]));
});

test("a refused policy says why and the old one stays", async () => {
  show();
  server.use(
    http.put(url("/v1/users/me/policy"), () =>
      HttpResponse.json(
        { type: "x", title: "Not valid", status: 422, detail: "weights are 0 to 100, and not all 0", code: "invalid" },
        { status: 422 },
      ),
    ),
  );
  const select = await screen.findByLabelText("Policy");
  await userEvent.selectOptions(select, "Balanced by weights");
  expect((await screen.findByRole("alert")).textContent).toContain("Weights are 0 to 100");
  expect(select).toHaveProperty("value", "cheapest");
});

test("only what its kind takes is sent", () => {
  expect(policyOf({ ...start, kind: "pinned" }, accounts)).toEqual({
    kind: "pinned",
    account: "a-z",
    splitting: "when_forced",
  });
  expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
  expect(toggled(["a", "b"], "b", ["a", "b"])).toEqual(["a"]);
  expect(toggled(["a"], "b", ["a", "b"])).toEqual([]);
});
