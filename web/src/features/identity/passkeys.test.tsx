import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { server, testStore, url } from "@/test/server";
import { OtherWays, Refused } from "./OtherWays";
import { PasskeysPart } from "./PasskeysPart";
import { ProviderPart } from "./ProviderPart";

class Key {
  static parseRequestOptionsFromJSON = (given: unknown) => given;
  static parseCreationOptionsFromJSON = (given: unknown) => given;
  static isConditionalMediationAvailable = async () => false;
  toJSON = () => ({ id: "a-key" });
}

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  server.resetHandlers();
  vi.unstubAllGlobals();
});
afterAll(() => server.close());

const offers = (ways: object) =>
  http.get(url("/v1/users/ways"), () => HttpResponse.json({ passkeys_at: null, provider: null, ...ways }));
const provider = { label: "Example ID", start: "https://trade.example/v1/users/oidc/start" };

function show(what: React.ReactNode, at = "/"): void {
  render(
    <Provider store={testStore()}>
      <MemoryRouter initialEntries={[at]}>{what}</MemoryRouter>
    </Provider>,
  );
}

/** A browser that knows passkeys and answers like this when it is asked for one. */
function browserWith(get: () => Promise<unknown>): void {
  vi.stubGlobal("PublicKeyCredential", Key);
  vi.stubGlobal("navigator", Object.assign(Object.create(navigator), { credentials: { get, create: get } }));
}

test("a passkey signs in, and what the browser gave goes back with what was begun", async () => {
  browserWith(async () => new Key());
  const sent: unknown[] = [];
  server.use(
    offers({ passkeys_at: window.location.origin }),
    http.post(url("/v1/users/passkey/options"), () => HttpResponse.json({ ceremony: "cer_1", options: {} })),
    http.post(url("/v1/users/passkey/login"), async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ access_token: "t", token_type: "bearer", expires_in: 900 });
    }),
  );
  const enter = vi.fn();
  show(<OtherWays enter={enter} />);
  await userEvent.click(await screen.findByRole("button", { name: "Sign in with a passkey" }));
  await waitFor(() => expect(enter).toHaveBeenCalledWith(expect.objectContaining({ access_token: "t" })));
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({ ceremony: "cer_1" });
});

test("a question that was closed is told in words, and a refusal in the server's", async () => {
  const answers = [Promise.reject(new DOMException("", "NotAllowedError")), Promise.resolve(new Key())];
  answers[0]?.catch(() => undefined);
  browserWith(() => answers.shift() ?? Promise.resolve(new Key()));
  server.use(
    offers({ passkeys_at: window.location.origin }),
    http.post(url("/v1/users/passkey/options"), () => HttpResponse.json({ ceremony: "cer_1", options: {} })),
    http.post(url("/v1/users/passkey/login"), () =>
      HttpResponse.json(
        { code: "passkey_refused", status: 401, detail: "this passkey opens nothing here" },
        { status: 401 },
      ),
    ),
  );
  show(<OtherWays enter={vi.fn()} />);
  const button = await screen.findByRole("button", { name: "Sign in with a passkey" });
  await userEvent.click(button);
  expect((await screen.findByRole("alert")).textContent).toContain("Nothing was done");
  await userEvent.click(button);
  await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("This passkey opens nothing here."));
});

test("elsewhere the page says where passkeys work, and a provider is a link to it", async () => {
  browserWith(async () => null);
  server.use(offers({ passkeys_at: "http://localhost:8000", provider }));
  show(<OtherWays enter={vi.fn()} />);
  const there = await screen.findByRole("link", { name: "http://localhost:8000" });
  expect(there.getAttribute("href")).toBe("http://localhost:8000/signin");
  expect(screen.getByRole("link", { name: "Sign in with Example ID" }).getAttribute("href")).toBe(provider.start);
  expect(screen.queryByRole("button")).toBeNull();
});

test("a way that ended at the provider is told in our words, never in those of the address", async () => {
  server.use(offers({ provider }));
  show(<Refused />, "/signin?refused=oidc_declined");
  await waitFor(() =>
    expect(screen.getByRole("alert").textContent).toContain("Example ID did not confirm who you are"),
  );
  show(<Refused />, "/signin?refused=%3Cb%3Ecall%20us%3C%2Fb%3E");
  expect(screen.getAllByRole("alert").at(-1)?.textContent).toContain("The sign-in did not succeed.");
});

test("a passkey that may have been copied is marked, and removed after a question", async () => {
  let items = [
    {
      id: "psk_1",
      name: "Phone",
      synced: true,
      created_at: "2026-11-20T10:00:00+05:30",
      used_at: null,
      copied_at: "2026-11-21T10:00:00+05:30",
    },
  ];
  server.use(
    offers({}),
    http.get(url("/v1/users/me/passkeys"), () => HttpResponse.json({ items, usable_at: null })),
    http.delete(url("/v1/users/me/passkeys/psk_1"), () => {
      items = [];
      return new HttpResponse(null, { status: 204 });
    }),
  );
  show(<PasskeysPart />);
  expect(await screen.findByText(/as a copy would/)).toBeTruthy();
  expect(screen.getByText(/only for addresses with a name and https/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Remove: Phone" }));
  await userEvent.click(await screen.findByRole("button", { name: "Remove" }));
  expect(await screen.findByText("You have none yet.")).toBeTruthy();
});

test("who is tied to a person at the provider sees it and can undo it", async () => {
  server.use(
    offers({ provider }),
    http.get(url("/v1/users/me/oidc"), () =>
      HttpResponse.json({
        label: "Example ID",
        items: [
          {
            id: "lnk_1",
            issuer: "https://id.example",
            email: "asha@example.in",
            usable: true,
            created_at: "2026-11-20T10:00:00+05:30",
            used_at: null,
          },
        ],
      }),
    ),
    http.delete(url("/v1/users/me/oidc/lnk_1"), () =>
      HttpResponse.json(
        { code: "last_way_in", status: 409, detail: "without it you could not log in any more" },
        { status: 409 },
      ),
    ),
  );
  show(<ProviderPart />, "/settings/security?tied=1");
  expect(await screen.findByText("Your account is tied to Example ID now.")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Tie to Example ID" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Untie: asha@example.in" }));
  expect(await screen.findByText(/Without it you could not log in/)).toBeTruthy();
});
