/** The id of one request: sent again with the same key, the server does it once. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `web-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Keys by what is asked: the same asked again, whatever was tried in between, has its key again. */
export function keysByWhat(): (what: unknown) => string {
  const keys = new Map<string, string>();
  return (what) => {
    const words = JSON.stringify(what);
    const key = keys.get(words) ?? newKey();
    keys.set(words, key);
    return key;
  };
}
