// A consent that is missing is asked over every page, given for the version seen, and shown among one's data.
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ConsentsPart } from "@/features/data/ConsentsPart";
import { server, testStore, url } from "@/test/server";
import { ConsentBar } from "./ConsentBar";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const terms = {
  document: "terms",
  version: "2026-11",
  url: "https://tm.example/terms",
  published_at: "2026-11-20T10:00:00.000+05:30",
};
const given = { document: "terms", version: "2026-11", at: "2026-11-21T10:00:00.000+05:30", address: "10.0.0.7" };

function answers(refusal?: object): unknown[] {
  let told: object = { needed: [terms], given: [] };
  const sent: unknown[] = [];
  server.use(
    http.get(url("/v1/users/me/consents"), () => HttpResponse.json(told)),
    http.post(url("/v1/users/me/consents"), async ({ request }) => {
      sent.push(await request.json());
      if (refusal) return HttpResponse.json(refusal, { status: 409 });
      told = { needed: [], given: [given] };
      return HttpResponse.json(told);
    }),
  );
  return sent;
}

const shown = () =>
  render(
    <Provider store={testStore()}>
      <ConsentBar />
      <ConsentsPart />
    </Provider>,
  );

test("the version that was seen is agreed to, and the bar goes", async () => {
  const sent = answers();
  shown();
  const agree = await screen.findByRole("button", { name: "I agree" });
  const links = screen.getAllByRole<HTMLAnchorElement>("link", { name: "terms of use 2026-11" });
  expect(links[0]?.href).toBe("https://tm.example/terms");
  await userEvent.click(agree);
  await waitFor(() => expect(screen.queryByRole("button", { name: "I agree" })).toBeNull());
  expect(sent).toEqual([{ agreed: [{ document: "terms", version: "2026-11" }] }]);
  screen.getByText(/from 10\.0\.0\.7/);
});

test("a version that has changed meanwhile is told, and the bar stays", async () => {
  answers({
    type: "about:blank",
    title: "Conflict",
    status: 409,
    code: "document_changed",
    detail: "version 2026-11 of terms is not in force",
  });
  shown();
  await userEvent.click(await screen.findByRole("button", { name: "I agree" }));
  await screen.findByText(/is not in force/);
  screen.getByRole("button", { name: "I agree" });
});
