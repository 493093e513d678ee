// The access token lives in memory only; the refresh cookie, which no script can read, brings a new one. One refresh at a time.
import type { Token } from "./types";

let token: string | null = null;
let expiresAt = 0;
let running: Promise<boolean> | null = null;
const enders = new Set<() => void>();

// The cookie itself cannot be seen from here; this only says whether asking for a new token is worth a call.
const HAD_SESSION = "tm.session";

function rememberSession(has: boolean): void {
  try {
    localStorage.setItem(HAD_SESSION, has ? "1" : "0");
  } catch (_storageRefused) {
    // Then every start asks the server.
  }
}

/** False when nobody has signed in on this browser, or has signed out since. Who comes back from a provider has. */
export function mayHaveSession(): boolean {
  if (new URLSearchParams(window.location.search).get("from") === "provider") return true;
  try {
    return localStorage.getItem(HAD_SESSION) === "1";
  } catch (_storageRefused) {
    return true;
  }
}

export const accessToken = (): string | null => token;

export function holdToken(fresh: Token): void {
  token = fresh.access_token;
  expiresAt = Date.now() + fresh.expires_in * 1000;
  rememberSession(true);
}

export function dropToken(): void {
  token = null;
  expiresAt = 0;
  rememberSession(false);
}

/** Calls back when the server has refused the refresh cookie: the session is over. */
export function onSessionEnd(callback: () => void): () => void {
  enders.add(callback);
  return () => enders.delete(callback);
}

/** True when a new token came, false when the server refused one; throws when it could not be reached. */
export function refresh(): Promise<boolean> {
  running ??= acrossTabs(askForToken).finally(() => {
    running = null;
  });
  return running;
}

/** A token with at least a minute of life left, or null when signed out. */
export async function liveToken(): Promise<string | null> {
  if (token && expiresAt - Date.now() > 60_000) return token;
  await refresh();
  return token;
}

/** Whose a token is, or null where it does not say. */
function userOf(text: string | null): string | null {
  try {
    const claims = (text ?? "").split(".")[1] ?? "";
    const { sub } = JSON.parse(atob(claims.replace(/-/g, "+").replace(/_/g, "/"))) as { sub?: unknown };
    return typeof sub === "string" ? sub : null;
  } catch (_noClaims) {
    return null;
  }
}

/** Who is signed in, by the token; null when nobody is. */
export const signedIn = (): string | null => userOf(token);

async function askForToken(): Promise<boolean> {
  const answer = await fetch(new URL("/v1/users/refresh", window.location.origin), {
    method: "POST",
    credentials: "same-origin",
  });
  if (answer.ok) {
    const fresh = (await answer.json()) as Token;
    const [before, now] = [userOf(token), userOf(fresh.access_token)];
    if (before !== null && now !== before) {
      // Somebody else has signed in in another tab: what stands on this screen must never be sent in their name.
      end();
      rememberSession(true);
      return false;
    }
    holdToken(fresh);
    return true;
  }
  if (answer.status !== 401 && answer.status !== 403 && answer.status !== 422) {
    throw new Error(`refresh answered ${answer.status}`);
  }
  end();
  return false;
}

function end(): void {
  const had = token !== null;
  dropToken();
  if (had) for (const ended of enders) ended();
}

// The cookie rotates at each use: two tabs refreshing at once would look like a stolen cookie.
function acrossTabs(work: () => Promise<boolean>): Promise<boolean> {
  return navigator.locks ? navigator.locks.request("tm.refresh", work) : work();
}
