/** The id of one request: sent again with the same key, the server does it once. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `web-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** For what sets a state, such as a change: asked again it has its key again, but after another it is a new request. */
export function keyOfLast(): (what: unknown) => string {
  let last = { key: "", words: "" };
  return (what) => {
    const words = JSON.stringify(what);
    if (last.words !== words) last = { key: newKey(), words };
    return last.key;
  };
}

/** For what makes something: asked again, whatever was tried in between, it has its key again and cannot be made twice. */
export function keysByWhat(): (what: unknown) => string {
  const keys = new Map<string, string>();
  return (what) => {
    const words = JSON.stringify(what);
    const key = keys.get(words) ?? newKey();
    keys.set(words, key);
    return key;
  };
}
