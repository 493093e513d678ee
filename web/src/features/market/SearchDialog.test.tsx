import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter, useLocation } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { prefs, setPrefs } from "@/lib/prefs";
import { infy } from "@/test/fixtures";
import { server, testStore, url } from "@/test/server";
import { SearchDialog } from "./SearchDialog";

Element.prototype.scrollIntoView = () => undefined; // jsdom lays nothing out

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  server.resetHandlers();
  setPrefs({ searched: [] });
});
afterAll(() => server.close());

const future = { ...infy, symbol: "NFO:INFY26NOVFUT", exchange: "NFO", trading_symbol: "INFY26NOVFUT", kind: "FUT" };

function Place() {
  return <p>{decodeURIComponent(useLocation().pathname)}</p>;
}

function show(onPick?: (symbol: string) => void) {
  const asked: (string | null)[] = [];
  const ran: string[] = [];
  server.use(
    http.get(url("/v1/stocks"), ({ request }) => {
      const q = new URL(request.url).searchParams.get("q");
      asked.push(q);
      const items = q?.startsWith("inf") ? [infy, future] : [];
      return HttpResponse.json({ items, page: 1, limit: 12, total: items.length });
    }),
  );
  const store = testStore();
  render(
    <Provider store={store}>
      <MemoryRouter>
        <Place />
        <SearchDialog
          open
          onClose={() => undefined}
          onPick={onPick}
          commands={[{ label: "Go to orders", keys: "O", run: () => ran.push("orders") }]}
        />
      </MemoryRouter>
    </Provider>,
  );
  return { store, asked, ran };
}

test("results say their exchange and kind; arrows choose and Enter opens", async () => {
  const { asked } = show();
  await userEvent.keyboard("infy");
  expect(await screen.findByRole("option", { name: "INFY26NOVFUT, NFO, Future, Infosys Limited" })).toBeTruthy();
  expect(asked.at(-1)).toBe("infy");
  await userEvent.keyboard("{ArrowDown}{Enter}");
  await waitFor(() => expect(screen.getByText("/i/NFO:INFY26NOVFUT")).toBeTruthy());
  expect(prefs().searched).toEqual(["NFO:INFY26NOVFUT"]);
});

test("the ticket opens from a result with a side", async () => {
  const { store } = show();
  await userEvent.keyboard("infy");
  await screen.findByRole("option", { name: /^INFY, NSE/ });
  await userEvent.keyboard("{Alt>}s{/Alt}");
  expect(store.getState().ticket).toMatchObject({ open: true, seed: { symbol: "NSE:INFY", side: "SELL" } });
});

test("before a letter is typed there is what was opened lately, and the commands", async () => {
  setPrefs({ searched: ["NSE:TCS"] });
  const { ran } = show();
  expect(screen.getAllByRole("option").map((one) => one.getAttribute("aria-label") ?? one.textContent)).toEqual([
    "TCS, NSE",
    "Go to ordersO",
  ]);
  await userEvent.keyboard("{ArrowUp}{Enter}");
  expect(ran).toEqual(["orders"]);
});

test("what is called by no name is said with an example", async () => {
  show();
  await userEvent.keyboard("zzz");
  expect(await screen.findByText("Nothing is called “zzz”. Try the trading symbol, for example INFY.")).toBeTruthy();
});
