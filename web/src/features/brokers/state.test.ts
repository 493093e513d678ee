import { expect, it } from "vitest";
import { account } from "@/test/fixtures";
import { adviceFor } from "./state";

function drifted(seen: string | null, registered: string[], words: string | null) {
  return { ...account, egress: { ...account.egress, state: "drifted" as const, seen, registered, words } };
}

it("names the address that orders would leave from, and those that are registered", () => {
  const advice = adviceFor(drifted("198.51.100.4", ["203.0.113.7", "203.0.113.8"], null));
  expect(advice).toContain("leave from 198.51.100.4, but Zerodha takes them from 203.0.113.7 or 203.0.113.8 only");
});

it("shows the broker's own words when it refused an order for its address", () => {
  const advice = adviceFor(drifted(null, [], "No IPs configured for this app."));
  expect(advice).toContain("Zerodha refused an order for the address it came from: “No IPs configured for this app.”");
  expect(advice).not.toContain("null");
});
