// Operators see users without what is theirs, are asked before they shut one out, and nobody else gets in.
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter, Route, Routes } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { server, testStore, url } from "@/test/server";
import { OperatorPage } from "./OperatorPage";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
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

function shown(users: object[], role = "operator"): void {
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
      <MemoryRouter initialEntries={["/operator/users"]}>
        <Routes>
          <Route path="/" element={<p>Overview</p>} />
          <Route path="/operator/:part?" element={<OperatorPage />} />
        </Routes>
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
  await user.click(await screen.findByRole("button", { name: "What to do about asha@x.in" }));
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
  await user.click(await screen.findByRole("button", { name: "What to do about me@x.in" }));
  expect((await screen.findByRole("menuitem", { name: /Shut out/ })).getAttribute("aria-disabled")).toBe("true");
  screen.getByText(/have another operator do it/);
});
