import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { WatchedList } from "@/api";
import { prefs, setPrefs } from "@/lib/prefs";
import { infy } from "@/test/fixtures";
import { server, testStore, url } from "@/test/server";
import { freeName, movedBy, movedTo, STARTING_LIST } from "./list";
import { Watchlist } from "./Watchlist";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  server.resetHandlers();
  setPrefs({ watchlist: [], watchlistChosen: null });
});
afterAll(() => server.close());

const list = (id: string, name: string, ...symbols: string[]): WatchedList => ({
  id,
  name,
  place: 0,
  version: 1,
  symbols,
  room: 250 - symbols.length,
  changed_at: "2026-11-20T10:00:00+05:30",
});

interface Asked {
  method: string;
  path: string;
  body: unknown;
}

/** A server that keeps lists as ours does, and what it was asked. */
function show(first: WatchedList[], unlisted: string[] = []): { held: () => WatchedList[]; asked: Asked[] } {
  let held = first;
  const asked: Asked[] = [];
  const unknown = () => HttpResponse.json({ code: "instrument_unknown", status: 422, title: "no" }, { status: 422 });
  const replaced = (id: string, change: (old: WatchedList) => WatchedList) => {
    held = held.map((each) => (each.id === id ? { ...change(each), version: each.version + 1 } : each));
    return HttpResponse.json(held.find((each) => each.id === id));
  };
  const heard = async (request: Request): Promise<Record<string, unknown>> => {
    const body = request.method === "DELETE" ? {} : ((await request.json()) as Record<string, unknown>);
    asked.push({ method: request.method, path: decodeURIComponent(new URL(request.url).pathname), body });
    return body;
  };
  server.use(
    http.get(url("/v1/watchlists"), () => HttpResponse.json({ items: held, most_lists: 50, most_symbols: 250 })),
    http.get(url("/v1/watchlists/:id"), ({ params }) => {
      const one = held.find((each) => each.id === params.id) as WatchedList;
      return HttpResponse.json({ ...one, items: one.symbols.includes("NSE:INFY") ? [infy] : [], unlisted: [] });
    }),
    http.post(url("/v1/watchlists"), async ({ request }) => {
      const body = (await heard(request)) as { name: string; symbols?: string[] };
      if (body.symbols?.some((symbol) => unlisted.includes(symbol))) return unknown();
      held = [...held, list(`w${held.length + 1}`, body.name, ...(body.symbols ?? []))];
      return HttpResponse.json(held.at(-1), { status: 201 });
    }),
    http.post(url("/v1/watchlists/:id/symbols"), async ({ request, params }) => {
      const { symbols } = (await heard(request)) as { symbols: string[] };
      if (symbols.some((symbol) => unlisted.includes(symbol))) return unknown();
      return replaced(String(params.id), (old) => ({ ...old, symbols: [...old.symbols, ...symbols] }));
    }),
    http.patch(url("/v1/watchlists/:id"), async ({ request, params }) => {
      const body = (await heard(request)) as Partial<WatchedList>;
      return replaced(String(params.id), (old) => ({ ...old, ...body, version: old.version }));
    }),
    http.delete(url("/v1/watchlists/:id/symbols/:symbol"), async ({ request, params }) => {
      await heard(request);
      const gone = decodeURIComponent(String(params.symbol));
      return replaced(String(params.id), (old) => ({ ...old, symbols: old.symbols.filter((each) => each !== gone) }));
    }),
  );
  render(
    <Provider store={testStore()}>
      <MemoryRouter>
        <Watchlist onAdd={() => undefined} />
      </MemoryRouter>
    </Provider>,
  );
  return { held: () => held, asked };
}

const rows = (): (string | undefined)[] =>
  screen.getAllByRole("link").map((link) => (link as HTMLElement).dataset.symbol);

test("lists are tabs, and the one chosen on this device is shown", async () => {
  show([list("w1", "Main", "NSE:INFY"), list("w2", "IT", "NSE:TCS", "BSE:WIPRO")]);
  await userEvent.click(await screen.findByRole("tab", { name: "IT" }));
  expect(rows()).toEqual(["NSE:TCS", "BSE:WIPRO"]);
  expect(screen.getByRole("tab", { name: "IT" }).getAttribute("aria-selected")).toBe("true");
  expect(prefs().watchlistChosen).toBe("w2");
  await userEvent.keyboard("{ArrowLeft}");
  expect(rows()).toEqual(["NSE:INFY"]);
});

test("what the browser kept goes to the server once, in its order", async () => {
  setPrefs({ watchlist: ["NSE:SBIN", "NSE:INFY"] });
  const { held, asked } = show([]);
  await waitFor(() => expect(rows()).toEqual(["NSE:SBIN", "NSE:INFY"]));
  expect(held().map((each) => [each.name, each.symbols])).toEqual([["Main", ["NSE:SBIN", "NSE:INFY"]]]);
  await waitFor(() => expect(prefs().watchlist).toEqual([]));
  expect(asked).toHaveLength(1);
});

test("a browser that comes later adds a list of its own, and nothing when it has nothing new", async () => {
  setPrefs({ watchlist: ["NSE:INFY", "NSE:TCS"] });
  const { held } = show([list("w1", "Main", "NSE:INFY")]);
  await screen.findByRole("tab", { name: "From this browser" });
  expect(held()[1]?.symbols).toEqual(["NSE:INFY", "NSE:TCS"]);
  await waitFor(() => expect(prefs().watchlist).toEqual([]));
});

test("someone new begins with a list to look at", async () => {
  const { held } = show([]);
  await waitFor(() => expect(held()[0]?.symbols).toEqual(STARTING_LIST));
});

test("what no broker lists any more does not keep the rest from moving", async () => {
  setPrefs({ watchlist: ["NSE:SBIN", "NFO:OLD26OCTFUT", "NSE:INFY"] });
  const { held } = show([], ["NFO:OLD26OCTFUT"]);
  await waitFor(() => expect(held()[0]?.symbols).toEqual(["NSE:SBIN", "NSE:INFY"]));
  await waitFor(() => expect(prefs().watchlist).toEqual([]));
});

test("rows are put in order with the keyboard, on the version that was shown", async () => {
  const { asked } = show([list("w1", "Main", "NSE:INFY", "NSE:TCS", "NSE:SBIN")]);
  const row = await waitFor(() => screen.getAllByRole("link")[0] as HTMLElement);
  row.focus();
  await userEvent.keyboard("{Alt>}{ArrowDown}{/Alt}");
  await waitFor(() => expect(rows()).toEqual(["NSE:TCS", "NSE:INFY", "NSE:SBIN"]));
  expect(asked[0]).toMatchObject({
    method: "PATCH",
    body: { version: 1, symbols: ["NSE:TCS", "NSE:INFY", "NSE:SBIN"] },
  });
});

test("a row is removed, and a list is made", async () => {
  const { held } = show([list("w1", "Main", "NSE:INFY", "NSE:NIFTY 50")]);
  await userEvent.click(await screen.findByRole("button", { name: "Remove NSE:NIFTY 50" }));
  await waitFor(() => expect(rows()).toEqual(["NSE:INFY"]));
  await userEvent.click(screen.getByRole("button", { name: "New watchlist" }));
  await userEvent.type(await screen.findByLabelText("Name"), "Swing");
  await userEvent.click(screen.getByRole("button", { name: "Make it" }));
  const tab = await screen.findByRole("tab", { name: "Swing" });
  await waitFor(() => expect(tab.getAttribute("aria-selected")).toBe("true"));
  expect(held().map((each) => each.name)).toEqual(["Main", "Swing"]);
});

test("of a long list only what is in sight is drawn, and it can be searched", async () => {
  const many = Array.from({ length: 250 }, (_, at) => `NSE:S${String(at).padStart(3, "0")}`);
  show([list("w1", "Main", ...many)]);
  const find = await screen.findByRole("searchbox", { name: "Find in this list" });
  expect(screen.queryAllByRole("link").length).toBeLessThan(40);
  await userEvent.type(find, "s24");
  expect(rows()).toEqual(many.slice(240));
  await userEvent.clear(find);
  await userEvent.type(find, "nothing");
  expect(screen.getByText("Nothing in this list matches “nothing”.")).toBeTruthy();
});

test("arrow keys go from row to row", async () => {
  show([list("w1", "Main", "NSE:INFY", "NSE:TCS")]);
  (await waitFor(() => screen.getAllByRole("link")[0] as HTMLElement)).focus();
  await userEvent.keyboard("{ArrowDown}");
  expect((document.activeElement as HTMLElement).dataset.symbol).toBe("NSE:TCS");
});

test("an empty list says what it is for", async () => {
  show([list("w1", "Main")]);
  expect(await screen.findByText("Nothing is watched here yet")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Find an instrument" })).toBeTruthy();
});

test("symbols move to a place and by steps, not beyond the ends", () => {
  expect(movedTo(["a", "b", "c"], "c", "a")).toEqual(["c", "a", "b"]);
  expect(movedTo(["a", "b", "c"], "x", "a")).toEqual(["a", "b", "c"]);
  expect(movedBy(["a", "b", "c"], "b", 1)).toEqual(["a", "c", "b"]);
  expect(movedBy(["a", "b", "c"], "a", -1)).toEqual(["a", "b", "c"]);
  expect(freeName("Main", ["main", "Main 2"])).toBe("Main 3");
});
