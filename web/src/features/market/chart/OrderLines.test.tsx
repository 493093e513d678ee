import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Order } from "@/api";
import { order } from "@/test/fixtures";
import { server, testStore, url } from "@/test/server";
import type { Drawing } from "./drawing";
import { linesOfOrders, OrderLines } from "./OrderLines";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const resting: Order = {
  ...order,
  status: "OPEN",
  order_type: "SL",
  price: "1480.00",
  trigger_price: "1475.00",
  filled_quantity: 4,
  pending_quantity: 6,
};
const drawing = { yOf: () => 100, priceAt: () => 1490, scaleWidth: 60, height: 300 } as unknown as Drawing;
const redraws = { subscribe: () => () => undefined, count: () => 0 };

function show(): { changes: unknown[] } {
  const changes: unknown[] = [];
  server.use(
    http.patch(url("/v1/orders/:id"), async ({ request }) => {
      changes.push(await request.json());
      return HttpResponse.json(resting);
    }),
  );
  render(
    <Provider store={testStore()}>
      <MemoryRouter>
        <OrderLines
          drawing={drawing}
          redraws={redraws}
          lines={linesOfOrders([resting], "NSE", "INFY").filter((line) => line.field === "price")}
          tick="0.05"
        />
      </MemoryRouter>
    </Provider>,
  );
  return { changes };
}

test("an order has a line for its price and one for its trigger, while something of it is open", () => {
  expect(linesOfOrders([resting], "NSE", "INFY").map((line) => [line.field, line.price])).toEqual([
    ["price", "1480.00"],
    ["trigger_price", "1475.00"],
  ]);
  expect(linesOfOrders([{ ...resting, pending_quantity: 0 }], "NSE", "INFY")).toEqual([]);
  expect(linesOfOrders([resting], "BSE", "INFY")).toEqual([]);
});

test("arrow keys move the line by ticks, and nothing is sent before a yes", async () => {
  const { changes } = show();
  const line = screen.getByRole("slider");
  expect(line.getAttribute("aria-valuetext")).toBe("Buy 6 at 1,480.00");
  line.focus();
  await userEvent.keyboard("{ArrowUp}{ArrowUp}{Shift>}{ArrowDown}{/Shift}");
  expect(line.getAttribute("aria-valuetext")).toBe("Buy 6 at 1,479.60");
  await userEvent.keyboard("{Enter}");
  const yes = await screen.findByRole("button", { name: "Change to 1,479.60" });
  expect(changes).toEqual([]);
  await userEvent.click(yes);
  await waitFor(() => expect(changes).toEqual([{ price: "1479.60" }]));
});

test("Escape puts the line back", async () => {
  const { changes } = show();
  const line = screen.getByRole("slider");
  line.focus();
  await userEvent.keyboard("{ArrowDown}{Escape}");
  expect(line.getAttribute("aria-valuetext")).toBe("Buy 6 at 1,480.00");
  expect(changes).toEqual([]);
});
