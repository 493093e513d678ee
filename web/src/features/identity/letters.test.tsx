// The pages that letters lead to: with half a link, or one that is over, they lead on to a new one.
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { server, testStore, url } from "@/test/server";
import { ResetPage } from "./ResetPage";
import { VerifyPage } from "./VerifyPage";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  server.resetHandlers();
  window.location.hash = "";
});
afterAll(() => server.close());

const shown = (page: React.ReactNode, token = ""): void => {
  window.location.hash = token;
  render(
    <Provider store={testStore()}>
      <MemoryRouter>{page}</MemoryRouter>
    </Provider>,
  );
};
const over = () =>
  HttpResponse.json(
    { type: "about:blank", title: "Gone", status: 410, code: "link_over", detail: "this link was used" },
    { status: 410, headers: { "content-type": "application/problem+json" } },
  );

test("half a link for a new password leads to a whole one", async () => {
  const asked: unknown[] = [];
  server.use(
    http.post(url("/v1/users/forgot"), async ({ request }) => {
      asked.push(await request.json());
      return new HttpResponse(null, { status: 202 });
    }),
  );
  shown(<ResetPage />);
  screen.getByText(/only half of the link/);
  expect(screen.queryByLabelText("New password")).toBeNull();
  await userEvent.type(screen.getByLabelText("E-mail"), "asha@example.in");
  await userEvent.click(screen.getByRole("button", { name: "Send the link" }));
  await screen.findByText(/If asha@example.in has an account here/);
  expect(asked).toEqual([{ email: "asha@example.in" }]);
});

test("a link for a new password that is over says so, and a new one is asked for in its place", async () => {
  server.use(
    http.post(url("/v1/users/reset"), over),
    http.post(url("/v1/users/password-check"), () => HttpResponse.json({ strength: "strong", words: "", fix: "" })),
  );
  shown(<ResetPage />, "used-before");
  await userEvent.type(screen.getByLabelText("New password"), "four words work well");
  await userEvent.click(screen.getByRole("button", { name: "Set the password" }));
  await screen.findByText(/This link was used/);
  screen.getByRole("button", { name: "Send the link" });
});

test("half a link that confirms an e-mail leads to where the next one is sent from", () => {
  shown(<VerifyPage />);
  screen.getByText(/only half of the link/);
  expect(screen.queryByRole("button", { name: "Confirm" })).toBeNull();
  expect(screen.getByRole("link", { name: /Settings, Security/ }).getAttribute("href")).toBe("/settings/security");
  expect(screen.getByRole("link", { name: "Create the account again" }).getAttribute("href")).toBe("/signup");
});

test("a link that is over and confirmed nothing leads on as well", async () => {
  server.use(http.post(url("/v1/users/verify"), over));
  shown(<VerifyPage />, "used-before");
  await userEvent.click(screen.getByRole("button", { name: "Confirm" }));
  await screen.findByText(/This link was used/);
  screen.getByRole("link", { name: /Settings, Security/ });
});
