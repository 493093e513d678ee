// The last numbers, kept on this device to be read while TradeMaster cannot be reached. They go when the session ends.
import { api } from "@/api";

const PLACE = "tm.snapshot";
const NAME = "/snapshot.json";
const OLDEST = 7 * 24 * 3_600_000; // older numbers mislead more than they help

/** What the screens that only read show: never a price stream, never anything that was typed. */
const KEPT = [
  "getMe",
  "meta",
  "listAccounts",
  "listBrokers",
  "getPortfolio",
  "listOrders",
  "listWatchlists",
  "getWatchlist",
] as const;

interface Entry {
  name: (typeof KEPT)[number];
  arg: unknown;
  value: unknown;
}
interface Snapshot {
  at: string;
  entries: Entry[];
}
type ApiState = Parameters<ReturnType<typeof api.endpoints.getMe.select>>[0];

const isKept = (name: string | undefined): name is Entry["name"] => KEPT.includes(name as Entry["name"]);

function gathered(state: ApiState): Entry[] {
  const { queries } = state.api;
  return Object.values(queries).flatMap((query) =>
    query?.status === "fulfilled" && isKept(query.endpointName)
      ? [{ name: query.endpointName, arg: query.originalArgs, value: query.data }]
      : [],
  );
}

/** Keeps what the store has read; nothing before the first portfolio. False where the browser refuses. */
export async function keepSnapshot(state: ApiState, now: Date): Promise<boolean> {
  const entries = gathered(state);
  if (!entries.some((entry) => entry.name === "getPortfolio") || typeof caches === "undefined") return false;
  try {
    const body = JSON.stringify({ at: now.toISOString(), entries } satisfies Snapshot);
    await (await caches.open(PLACE)).put(NAME, new Response(body));
    return true;
  } catch (_storageRefused) {
    return false;
  }
}

/** The time of the snapshot that is now in the store, or null when there is none to show. */
export async function showSnapshot(dispatch: (action: unknown) => unknown, now: Date): Promise<string | null> {
  const kept = await read();
  if (!kept || now.getTime() - Date.parse(kept.at) > OLDEST) return null;
  const entries = kept.entries.filter(({ name }) => isKept(name));
  dispatch(
    api.util.upsertQueryEntries(
      entries.map(({ name, arg, value }) => ({ endpointName: name, arg, value })) as Parameters<
        typeof api.util.upsertQueryEntries
      >[0],
    ),
  );
  return kept.at;
}

async function read(): Promise<Snapshot | null> {
  if (typeof caches === "undefined") return null;
  try {
    const answer = await (await caches.open(PLACE)).match(NAME);
    return answer ? ((await answer.json()) as Snapshot) : null;
  } catch (_unreadable) {
    return null;
  }
}

export async function wipeSnapshot(): Promise<void> {
  if (typeof caches === "undefined") return;
  try {
    await caches.delete(PLACE);
  } catch (_storageRefused) {
    // Then nothing was kept either.
  }
}
