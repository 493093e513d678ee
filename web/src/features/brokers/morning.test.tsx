import { render, screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter, Route, Routes, useLocation } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { Account } from "@/api";
import { account } from "@/test/fixtures";
import { server, testStore, url } from "@/test/server";
import { BrokersPage } from "./BrokersPage";
import { MorningPage } from "./MorningPage";
import { firstToEnd, keepRound, nextUp, roundUnderWay, waiting } from "./morning";

const zerodha: Account = {
  ...account,
  id: "z",
  label: "Zerodha",
  state: "connected",
  expires_at: "2026-11-21T06:00:00+05:30",
};
const upstox: Account = { ...account, id: "u", broker: "upstox", label: "Upstox", state: "login_needed", health: null };
const groww: Account = { ...account, id: "g", broker: "groww", label: "Groww", state: "login_needed", health: null };
const gone: Account = { ...account, id: "x", label: "Old", state: "disconnected", health: null };

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  server.resetHandlers();
  sessionStorage.clear();
});
afterAll(() => server.close());

test("who waits logs in one after the other; who was put off waits until asked", () => {
  const all = [zerodha, upstox, groww, gone];
  expect(waiting(all).map(({ id }) => id)).toEqual(["u", "g"]);
  expect(nextUp(all, [])?.id).toBe("u");
  expect(nextUp(all, ["u"])?.id).toBe("g");
  expect(nextUp(all, ["u", "g"])).toBeNull();
});

test("the session that ends first is named", () => {
  const later = { ...zerodha, id: "later", expires_at: "2026-11-22T03:30:00+05:30" };
  expect(firstToEnd([later, zerodha, upstox])?.id).toBe("z");
  expect(firstToEnd([upstox])).toBeNull();
});

function Where() {
  const { pathname, search } = useLocation();
  return <p>{`at ${pathname}${search}`}</p>;
}

function show(path: string, accounts: Account[]) {
  server.use(
    http.get(url("/v1/accounts"), () => HttpResponse.json(accounts)),
    http.get(url("/v1/brokers"), () => HttpResponse.json([])),
    http.get(url("/v1/scorecards"), () => HttpResponse.json([])),
  );
  render(
    <Provider store={testStore()}>
      <MemoryRouter initialEntries={[path]}>
        <Where />
        <Routes>
          <Route path="/brokers" element={<BrokersPage />} />
          <Route path="/morning" element={<MorningPage />} />
        </Routes>
      </MemoryRouter>
    </Provider>,
  );
}

test("coming back from a broker goes on with the round, and by itself to the next one", async () => {
  keepRound([]);
  const asked: string[] = [];
  server.use(
    http.post(url("/v1/accounts/:id/login"), ({ params }) => {
      asked.push(String(params.id));
      return HttpResponse.json({ account: { ...upstox, state: "connected" }, login_url: null });
    }),
  );
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    show("/brokers?connected=z", [zerodha, upstox, groww]);
    expect(await screen.findByText("at /morning?connected=z")).toBeTruthy();
    expect(await screen.findByText(/Upstox is next/)).toBeTruthy();
    await vi.advanceTimersByTimeAsync(5000);
    await vi.waitFor(() => expect(asked).toEqual(["u"]));
  } finally {
    vi.useRealTimers();
  }
});

test("without a round nobody is sent anywhere", async () => {
  show("/brokers?connected=z", [zerodha, upstox]);
  expect(await screen.findByText("at /brokers?connected=z")).toBeTruthy();
  expect(await screen.findByRole("link", { name: "Connect all" })).toBeTruthy();
});

test("when all are in, it says which session ends first and the round is over", async () => {
  keepRound([]);
  show("/morning", [zerodha]);
  expect(await screen.findByText("All brokers are connected")).toBeTruthy();
  expect(screen.getByText(/The first session to end is Zerodha's, at .* IST/)).toBeTruthy();
  expect(roundUnderWay()).toBeNull();
});
