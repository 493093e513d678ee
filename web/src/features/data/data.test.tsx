// Nobody leaves by a slip, or while an order may trade; and it can be called off.
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { server, testStore, url } from "@/test/server";
import { DataPart } from "./DataPart";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const staying = {
  asked_at: null,
  due_at: null,
  days: 7,
  years: 8,
  forgotten: ["watchlists"],
  kept: ["orders"],
  open_orders: [] as string[],
};
const leaving = { ...staying, asked_at: "2026-11-20T10:00:00+05:30", due_at: "2026-11-27T10:00:00+05:30" };

function answers(first: object): string[] {
  let told = first;
  const done: string[] = [];
  server.use(
    http.get(url("/v1/users/me"), () =>
      HttpResponse.json({ id: "usr_1", email: "asha@example.in", name: "Asha", mode: "standard" }),
    ),
    http.get(url("/v1/users/me/consents"), () => HttpResponse.json({ needed: [], given: [] })),
    http.get(url("/v1/users/me/deletion"), () => HttpResponse.json(told)),
    http.delete(url("/v1/users/me"), async ({ request }) => {
      done.push(`leave ${((await request.json()) as { email: string }).email}`);
      told = leaving;
      return HttpResponse.json(told, { status: 202 });
    }),
    http.post(url("/v1/users/me/deletion/call-off"), () => {
      done.push("stay");
      told = staying;
      return HttpResponse.json(told);
    }),
  );
  return done;
}

const shown = () =>
  render(
    <Provider store={testStore()}>
      <DataPart />
    </Provider>,
  );

test("leaving needs the own e-mail, says what it does, and can be called off", async () => {
  const done = answers(staying);
  shown();
  await screen.findByText("For 7 days it can be called off.");
  screen.getByText(/without your name for 8 years/);
  const leave = screen.getByRole<HTMLButtonElement>("button", { name: "Delete everything" });
  await userEvent.type(screen.getByLabelText("Type your e-mail to confirm"), "ravi@example.in");
  expect(leave.disabled).toBe(true);
  await userEvent.clear(screen.getByLabelText("Type your e-mail to confirm"));
  await userEvent.type(screen.getByLabelText("Type your e-mail to confirm"), "asha@example.in");
  await waitFor(() => expect(leave.disabled).toBe(false));
  await userEvent.click(leave);
  await userEvent.click(await screen.findByRole("button", { name: "Stay after all" }));
  await screen.findByRole("button", { name: "Delete everything" });
  expect(done).toEqual(["leave asha@example.in", "stay"]);
});

test("an order that may trade is named and must end before", async () => {
  answers({ ...staying, open_orders: ["ord_1"] });
  shown();
  await screen.findByText(/ord_1/);
  await userEvent.type(screen.getByLabelText("Type your e-mail to confirm"), "asha@example.in");
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Delete everything" }).disabled).toBe(true);
});
