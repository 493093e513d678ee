import { render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { expect, test } from "vitest";
import { Toasts } from "@/components/toasts";
import { announceNotice } from "./announce";

test("an alert that fired is told once, with the way to its chart", async () => {
  render(
    <MemoryRouter>
      <Toasts />
    </MemoryRouter>,
  );
  const fired = { kind: "price_alert", id: "ntc_1", symbol: "NSE:INFY", note: "breakout", text: "NSE:INFY is up" };
  announceNotice(fired);
  announceNotice(fired);
  announceNotice({ kind: "something_new", text: "Not for people" });
  expect((await screen.findAllByText("NSE:INFY is up")).length).toBe(1);
  expect(screen.getByText("breakout")).toBeTruthy();
  expect(screen.getByRole("link", { name: "Open chart" }).getAttribute("href")).toBe("/i/NSE%3AINFY");
  expect(screen.queryByText("Not for people")).toBeNull();
});
