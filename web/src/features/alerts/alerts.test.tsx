import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Alert } from "@/api";
import { server, testStore, url } from "@/test/server";
import { AlertSheet } from "./AlertSheet";
import { AlertsPage } from "./AlertsPage";
import { draftOf, ruleWords, thresholdMistake, toAlert } from "./rules";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const alert = (part: Partial<Alert> = {}): Alert => ({
  id: "alt-1",
  symbol: "NSE:INFY",
  kind: "above",
  threshold: "1550",
  reference: null,
  reference_price: null,
  repeats: false,
  cooldown: 300,
  note: "",
  state: "active",
  armed: true,
  deaf_until: null,
  expires_at: null,
  fired: 0,
  fired_at: null,
  fired_price: null,
  version: 3,
  created_at: "2026-11-20T10:00:00+05:30",
  ...part,
});

const shown = (children: React.ReactNode) =>
  render(
    <Provider store={testStore()}>
      <MemoryRouter>{children}</MemoryRouter>
    </Provider>,
  );

test("what an alert waits for is said in words", () => {
  expect(ruleWords(alert())).toBe("Rises to 1,550.00");
  expect(ruleWords(alert({ kind: "falls", threshold: "2.5", reference: "close" }))).toBe(
    "Down 2.50% from the previous close",
  );
  expect(ruleWords(alert({ kind: "moves", threshold: "1", reference: "now", reference_price: "1500.00" }))).toBe(
    "Moves 1.00% from 1,500.00",
  );
  expect(ruleWords(alert({ kind: "volume", threshold: "100000" }))).toBe("1,00,000 traded today");
});

test("a threshold that no price can reach is refused before it is sent", () => {
  const draft = draftOf(null);
  expect(thresholdMistake({ ...draft, threshold: "" })).toBe("At what?");
  expect(thresholdMistake({ ...draft, threshold: "0" })).toBe("More than zero");
  expect(thresholdMistake({ ...draft, kind: "moves", threshold: "1001" })).toBe("At most 1,000 percent");
  expect(thresholdMistake({ ...draft, kind: "volume", threshold: "10.5" })).toBe("Whole units only");
  expect(thresholdMistake({ ...draft, threshold: "1,550" })).toBeNull();
  expect(toAlert({ ...draft, threshold: "1,550" }, "NSE:INFY")).not.toHaveProperty("reference");
  expect(toAlert({ ...draft, kind: "rises", threshold: "2.5" }, "NSE:INFY")).toMatchObject({
    threshold: "2.50",
    reference: "close",
  });
});

test("an alert is made from the price beside it", async () => {
  const made: unknown[] = [];
  server.use(
    http.post(url("/v1/alerts"), async ({ request }) => {
      made.push(await request.json());
      return HttpResponse.json(alert(), { status: 201 });
    }),
  );
  let closed = 0;
  shown(
    <AlertSheet
      open
      symbol="NSE:INFY"
      onClose={() => {
        closed += 1;
      }}
    />,
  );
  await userEvent.click(screen.getByRole("button", { name: "Set the alert" }));
  expect(screen.getByText("At what?")).toBeTruthy();
  await userEvent.selectOptions(screen.getByLabelText("When"), "Price falls to");
  await userEvent.type(screen.getByLabelText("Price"), "1,450");
  await userEvent.click(screen.getByRole("button", { name: "Set the alert" }));
  await waitFor(() => expect(closed).toBe(1));
  expect(made).toEqual([
    { symbol: "NSE:INFY", kind: "below", threshold: "1450.00", repeats: false, cooldown: 300, note: "" },
  ]);
});

test("one that fired is set again on the version that was shown, and one that waits is removed", async () => {
  const asked: unknown[] = [];
  server.use(
    http.get(url("/v1/alerts"), () =>
      HttpResponse.json({
        items: [
          alert(),
          alert({
            id: "alt-2",
            symbol: "NSE:TCS",
            state: "fired",
            fired: 1,
            fired_at: "2026-11-20T10:05:00+05:30",
            fired_price: "1550.00",
            version: 7,
          }),
        ],
      }),
    ),
    http.patch(url("/v1/alerts/:id"), async ({ request, params }) => {
      asked.push([params.id, await request.json()]);
      return HttpResponse.json(alert());
    }),
    http.delete(url("/v1/alerts/:id"), ({ params }) => {
      asked.push(params.id);
      return new HttpResponse(null, { status: 204 });
    }),
  );
  shown(<AlertsPage />);
  await userEvent.click(await screen.findByRole("button", { name: /^Actions: NSE:INFY/ }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Remove" }));
  await waitFor(() => expect(asked).toEqual(["alt-1"]));
  await userEvent.click(screen.getByRole("tab", { name: /^Fired/ }));
  const row = (await screen.findByText("TCS")).closest("tr") as HTMLElement;
  expect(within(row).getByText(/10:05 at 1,550.00/)).toBeTruthy();
  await userEvent.click(within(row).getByRole("button", { name: /^Actions/ }));
  await userEvent.click(await screen.findByRole("menuitem", { name: /^Set again/ }));
  await waitFor(() => expect(asked[1]).toEqual(["alt-2", { version: 7, state: "active" }]));
}, 20_000);
