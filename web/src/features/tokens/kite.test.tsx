// A program is let in by a person who sees which it is and where it leads; its secret is shown once.
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { server, testStore, url } from "@/test/server";
import { KiteDialog } from "./KiteDialog";
import { KiteLoginPage } from "./KiteLoginPage";
import { token } from "./sample";

beforeAll(() => server.listen());
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const at = `/v1/users/me/tokens/${token.id}`;
const app = {
  api_key: `tm_${token.id}`,
  redirect_url: "https://strategy.example/kite",
  postback_url: null,
  made_at: "2026-11-22T10:00:00+05:30",
  logins: 1,
};

function shown(address: string) {
  render(
    <Provider store={testStore()}>
      <MemoryRouter initialEntries={[address]}>
        <KiteLoginPage />
      </MemoryRouter>
    </Provider>,
  );
}

test("the person sees which program asks, what it may do and where it leads, and nothing happens before the yes", async () => {
  const asked: unknown[] = [];
  server.use(
    http.get(url(at), () => HttpResponse.json(token)),
    http.get(url(`${at}/kite`), () => HttpResponse.json(app)),
    http.post(url(`${at}/kite/logins`), async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ detail: "busy", code: "busy", status: 503, title: "", type: "" }, { status: 503 });
    }),
  );
  shown(`/connect/login?api_key=tm_${token.id}&v=3&redirect_params=a%3D1&redirect_url=https://evil.example`);
  expect(await screen.findByText("weekly fund")).toBeTruthy();
  expect(screen.getByText("https://strategy.example/kite")).toBeTruthy();
  expect(screen.queryByText(/evil/)).toBeNull();
  expect(asked).toEqual([]);
  await userEvent.setup().click(screen.getByRole("button", { name: "Let it in for today" }));
  await waitFor(() => expect(asked).toEqual([{ redirect_params: "a=1" }]));
});

test("a key that is nobody's, or no key, leads nowhere", async () => {
  server.use(
    http.get(url(at), () => HttpResponse.json({ code: "not_found", status: 404 }, { status: 404 })),
    http.get(url(`${at}/kite`), () => HttpResponse.json({ code: "not_found", status: 404 }, { status: 404 })),
  );
  shown(`/connect/login?api_key=tm_${token.id}`);
  expect(await screen.findByText("No program of yours has this key")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Let it in for today" })).toBeNull();
});

test("an address that is refused says so at its field, and the secret is shown once it is set", async () => {
  const answers = [
    HttpResponse.json(
      {
        code: "redirect_url_not_allowed",
        status: 422,
        detail: "this is no URL",
        field: "redirect_url",
        title: "",
        type: "",
      },
      { status: 422 },
    ),
    HttpResponse.json({ ...app, api_secret: "tms_secret" }),
  ];
  server.use(
    http.get(url(`${at}/kite`), () => HttpResponse.json({ code: "not_found", status: 404 }, { status: 404 })),
    http.put(url(`${at}/kite`), () => answers.shift()),
  );
  const user = userEvent.setup();
  render(
    <Provider store={testStore()}>
      <KiteDialog token={token} onClose={() => undefined} />
    </Provider>,
  );
  await user.type(await screen.findByLabelText("Where it takes you back to"), "nonsense");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText(/this is no URL/i)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByDisplayValue("tms_secret")).toBeTruthy();
});
