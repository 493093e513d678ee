import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Scorecard } from "@/api";
import { server, testStore, url } from "@/test/server";
import { awayWords, rateText, timeText } from "./measures";
import { Scorecards } from "./Scorecards";

const times = (p50: number | null, p99: number | null, count = 40) => ({
  count: p50 === null ? 0 : count,
  p50_ms: p50,
  p90_ms: p50,
  p99_ms: p99,
});

const card: Scorecard = {
  account: "a-z",
  broker: "zerodha",
  label: "Zerodha",
  state: "connected",
  reads: "closed",
  writes: "closed",
  feed_age_seconds: 0.4,
  window: "1d",
  since: "2026-11-20T10:00:00+05:30",
  place_to_ack: times(84.2, 1250),
  ack_to_fill: times(null, null),
  reject_rate: 0.125,
  failure_rate: 0,
  causes: [{ end: "rejected", cause: "RMS: margin", count: 5 }],
  outage_minutes: 4,
  outages: [{ what: "prices", minutes: 4, last_seen: "2026-11-20T10:00:00+05:30" }],
  calls: [
    {
      call: "place",
      count: 40,
      ok: 35,
      rejected: 5,
      barred: 0,
      session: 0,
      unavailable: 0,
      unknown: 0,
      times: times(84.2, 1250),
    },
  ],
};

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

function show(): string[] {
  const asked: string[] = [];
  server.use(
    http.get(url("/v1/scorecards"), ({ request }) => {
      asked.push(new URL(request.url).searchParams.get("window") ?? "");
      return HttpResponse.json([card]);
    }),
  );
  render(
    <Provider store={testStore()}>
      <Scorecards />
    </Provider>,
  );
  return asked;
}

test("measured times, rates and outages are shown, and what was not measured says so", async () => {
  show();
  const row = await screen.findByRole("button", { name: /Zerodha/ });
  for (const text of ["84 ms", "1.25 s", "13 %", "0 %", "4 min"]) expect(within(row).getByText(text)).toBeTruthy();
  expect(within(row).getByText("unknown: no market order was filled in this time")).toBeTruthy();
});

test("a row opens to why orders failed and to every call", async () => {
  show();
  const row = await screen.findByRole("button", { name: /Zerodha/ });
  expect(screen.queryByText("RMS: margin")).toBeNull();
  await userEvent.click(row);
  expect(row.getAttribute("aria-expanded")).toBe("true");
  expect(screen.getByText("RMS: margin")).toBeTruthy();
  expect(screen.getByText("4 min without prices")).toBeTruthy();
  expect(screen.getByRole("table", { name: "Every call to Zerodha" })).toBeTruthy();
});

test("another time asks for it", async () => {
  const asked = show();
  await screen.findByRole("button", { name: /Zerodha/ });
  await userEvent.click(screen.getByRole("radio", { name: "Week" }));
  expect(asked).toEqual(["1d", "7d"]);
});

test.each([
  [8.41, "8.4 ms"],
  [84.2, "84 ms"],
  [1250, "1.25 s"],
  [12_340, "12.3 s"],
])("%d milliseconds read as %s", (ms, text) => expect(timeText(ms)).toBe(text));

test.each([
  [0, "0 %"],
  [0.0004, "< 0.1 %"],
  [0.015, "1.5 %"],
  [0.125, "13 %"],
  [1, "100 %"],
])("a part of %d reads as %s", (part, text) => expect(rateText(part)).toBe(text));

test("an outage that the server names newly is shown by its name", () => {
  const outage = { what: "gateway", minutes: 2, last_seen: "" } as unknown as Scorecard["outages"][number];
  expect(awayWords(outage)).toBe("2 min gateway");
});
