import { act, render, renderHook, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Provider } from "react-redux";
import { MemoryRouter, useLocation } from "react-router";
import { expect, test } from "vitest";
import { closeKillSwitch, useKillOpen } from "@/features/kill/state";
import { testStore } from "@/test/server";
import { useKeys } from "./useKeys";

const opened: string[] = [];
const openers = { search: () => opened.push("search"), keys: () => opened.push("keys") };

function Page() {
  useKeys(openers);
  const { pathname, hash } = useLocation();
  return (
    <div>
      <p>{`at ${pathname}${hash}`}</p>
      <input aria-label="Name" />
      <button type="button" data-symbol="NSE:INFY">
        INFY
      </button>
    </div>
  );
}

function show() {
  const store = testStore();
  opened.length = 0;
  render(
    <Provider store={store}>
      <MemoryRouter>
        <Page />
      </MemoryRouter>
    </Provider>,
  );
  return { store, user: userEvent.setup() };
}

test("B and S open the ticket for the focused row", async () => {
  const { store, user } = show();
  screen.getByRole("button", { name: "INFY" }).focus();
  await user.keyboard("s");
  expect(store.getState().ticket).toMatchObject({ open: true, seed: { symbol: "NSE:INFY", side: "SELL" } });
  await user.keyboard("b");
  expect(store.getState().ticket.seed.side).toBe("BUY");
});

test("Escape closes the ticket", async () => {
  const { store, user } = show();
  await user.keyboard("b{Escape}");
  expect(store.getState().ticket.open).toBe(false);
});

test("nothing fires while one types into a field", async () => {
  const { store, user } = show();
  await user.type(screen.getByRole("textbox", { name: "Name" }), "bso/?");
  expect(store.getState().ticket.open).toBe(false);
  expect(opened).toEqual([]);
  expect(screen.getByText("at /")).toBeTruthy();
});

test("the panic key opens the kill switch, inside a field as well", async () => {
  const { user } = show();
  const seen = renderHook(useKillOpen);
  await user.click(screen.getByRole("textbox", { name: "Name" }));
  await user.keyboard("{Alt>}{Shift>}[KeyK]{/Shift}{/Alt}");
  expect(seen.result.current).toBe(true);
  act(closeKillSwitch);
});

test("letters lead to pages, slash to the search, and shortcuts of the browser stay its own", async () => {
  const { store, user } = show();
  await user.keyboard("o");
  expect(screen.getByText("at /orders")).toBeTruthy();
  await user.keyboard("p");
  expect(screen.getByText("at /positions")).toBeTruthy();
  await user.keyboard("h");
  expect(screen.getByText("at /holdings")).toBeTruthy();
  await user.keyboard("/?");
  expect(opened).toEqual(["search", "keys"]);
  await user.keyboard("{Control>}s{/Control}");
  expect(store.getState().ticket.open).toBe(false);
});
