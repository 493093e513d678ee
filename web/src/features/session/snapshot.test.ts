import { beforeEach, expect, test, vi } from "vitest";
import { api } from "@/api";
import { portfolio } from "@/test/fixtures";
import { testStore } from "@/test/server";
import { keepSnapshot, showSnapshot, wipeSnapshot } from "./snapshot";

const NOW = new Date("2026-11-20T15:29:00+05:30");
const later = (days: number) => new Date(NOW.getTime() + days * 86_400_000);

/** The browser's cache storage, as far as it is used. */
function cacheStorage() {
  const places = new Map<string, Map<string, string>>();
  return {
    places,
    open: async (name: string) => {
      const place = places.get(name) ?? new Map<string, string>();
      places.set(name, place);
      return {
        put: async (key: string, body: Response) => void place.set(key, await body.text()),
        match: async (key: string) => (place.has(key) ? new Response(place.get(key)) : undefined),
      };
    },
    delete: async (name: string) => places.delete(name),
  };
}

let storage = cacheStorage();
beforeEach(() => {
  storage = cacheStorage();
  vi.stubGlobal("caches", storage);
  return () => vi.unstubAllGlobals();
});

const portfolioIn = (store: ReturnType<typeof testStore>) => api.endpoints.getPortfolio.select()(store.getState()).data;

async function keptStore() {
  const store = testStore();
  await store.dispatch(api.util.upsertQueryData("getPortfolio", undefined, portfolio));
  await keepSnapshot(store.getState(), NOW);
  return store;
}

test("what was read last is shown again, with the time it was kept", async () => {
  await keptStore();
  const fresh = testStore();
  expect(await showSnapshot(fresh.dispatch as never, later(1))).toBe(NOW.toISOString());
  expect(portfolioIn(fresh)).toEqual(portfolio);
});

test("nothing is kept before the first portfolio", async () => {
  const store = testStore();
  await store.dispatch(api.util.upsertQueryData("listAccounts", undefined, []));
  expect(await keepSnapshot(store.getState(), NOW)).toBe(false);
  expect(storage.places.size).toBe(0);
});

test("numbers of more than a week ago are not shown", async () => {
  await keptStore();
  expect(await showSnapshot(testStore().dispatch as never, later(8))).toBeNull();
});

test("a wiped snapshot is gone", async () => {
  await keptStore();
  await wipeSnapshot();
  expect(await showSnapshot(testStore().dispatch as never, NOW)).toBeNull();
});

test("a damaged snapshot is no snapshot", async () => {
  await (await storage.open("tm.snapshot")).put("/snapshot.json", new Response("{half"));
  expect(await showSnapshot(testStore().dispatch as never, NOW)).toBeNull();
});
