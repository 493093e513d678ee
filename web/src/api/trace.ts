// Names a call for whoever follows it on the server (W3C Trace Context): a click and what came of it are one trace.

function hex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}

/** A new one for every call. The server decides by itself what it writes down. */
export function traceparent(): string {
  return `00-${hex(16)}-${hex(8)}-01`;
}
