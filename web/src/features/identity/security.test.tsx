// A change that needs the person is asked for and sent again; without them it stays undone.
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { accessToken, dropToken } from "@/api/session";
import { server, testStore, url } from "@/test/server";
import { NewPasswordField } from "./PasswordField";
import { ProofHost } from "./ProofHost";
import { SecondFactor } from "./SecondFactor";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  server.resetHandlers();
  dropToken();
});
afterAll(() => server.close());

const security = {
  email: "asha@example.in",
  email_verified: true,
  has_password: true,
  second_factor_since: "2026-11-20T10:00:00+05:30",
  recovery_codes_left: 2,
};

const shown = (children: React.ReactNode) =>
  render(
    <Provider store={testStore()}>
      <MemoryRouter>
        {children}
        <ProofHost />
      </MemoryRouter>
    </Provider>,
  );

const problem = (status: number, code: string, more: object = {}) =>
  HttpResponse.json(
    { type: "about:blank", title: "No", status, code, detail: "not like this", ...more },
    { status, headers: { "content-type": "application/problem+json" } },
  );

/** New recovery codes are made only for a login that was proven. */
function asks(ways: string[]): { proofs: unknown[]; made: () => number } {
  const proofs: unknown[] = [];
  let made = 0;
  server.use(
    http.post(url("/v1/users/me/second-factor/recovery-codes"), ({ request }) => {
      if (request.headers.get("authorization") !== "Bearer proven") return problem(403, "step_up_needed", { ways });
      made += 1;
      return HttpResponse.json({ recovery_codes: ["k3v9x-q7m2a", "aaaaa-bbbbb"] });
    }),
    http.post(url("/v1/users/me/proof"), async ({ request }) => {
      const given = (await request.json()) as { password?: string };
      proofs.push(given);
      if (given.password !== "right") return problem(403, "proof_wrong", { field: "password" });
      return HttpResponse.json({ access_token: "proven", token_type: "bearer", expires_in: 900 });
    }),
  );
  return { proofs, made: () => made };
}

test("what needs the person is sent again once they have shown who they are", async () => {
  const { proofs, made } = asks(["password", "totp"]);
  shown(<SecondFactor security={security} />);
  await userEvent.click(screen.getByRole("button", { name: "New recovery codes" }));
  await userEvent.type(await screen.findByLabelText("Password"), "wrong");
  await userEvent.type(screen.getByLabelText("Code"), "123456");
  await userEvent.click(screen.getByRole("button", { name: "Go on" }));
  expect(await screen.findByText("Not like this.")).toBeDefined();
  await userEvent.clear(screen.getByLabelText("Password"));
  await userEvent.type(screen.getByLabelText("Password"), "right");
  await userEvent.click(screen.getByRole("button", { name: "Go on" }));
  expect(await screen.findByText("k3v9x-q7m2a")).toBeDefined();
  expect(proofs).toEqual([
    { password: "wrong", totp: "123456" },
    { password: "right", totp: "123456" },
  ]);
  expect(made()).toBe(1);
  expect(accessToken()).toBe("proven");
});

test("who would rather not leaves everything as it is", async () => {
  const { made } = asks(["password"]);
  shown(<SecondFactor security={security} />);
  await userEvent.click(screen.getByRole("button", { name: "New recovery codes" }));
  await userEvent.click(await screen.findByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(made()).toBe(0);
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a password to be chosen says how good it is, and can be looked at", async () => {
  server.use(
    http.post(url("/v1/users/password-check"), () =>
      HttpResponse.json({ strength: "too_weak", words: "This is a very common password.", fix: "" }),
    ),
  );
  shown(<NewPasswordField label="New password" value="password123" onChange={() => undefined} />);
  expect(await screen.findByText("Guessed at once. This is a very common password.")).toBeDefined();
  const field = screen.getByLabelText("New password");
  expect(field.getAttribute("type")).toBe("password");
  await userEvent.click(screen.getByRole("button", { name: "Show" }));
  expect(field.getAttribute("type")).toBe("text");
});
