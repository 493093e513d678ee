import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { Provider } from "react-redux";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { server, testStore, url } from "@/test/server";
import { ExportButton } from "./ExportButton";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test("a table comes as the server writes it and is handed over as a file", async () => {
  const text = "at,symbol\r\n2026-11-20T10:00:00.000+05:30,INFY\r\n";
  server.use(
    http.get(url("/v1/exports/trades.csv"), () =>
      HttpResponse.text(text, { headers: { "content-type": "text/csv; charset=utf-8" } }),
    ),
  );
  const kept: Blob[] = [];
  const keep = (file: Blob): string => {
    kept.push(file);
    return "blob:x";
  };
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: keep, revokeObjectURL: () => {} }));
  render(
    <Provider store={testStore()}>
      <ExportButton table="trades" title="Trades CSV" />
    </Provider>,
  );
  await userEvent.click(screen.getByRole("button", { name: /Trades CSV/ }));
  await waitFor(() => expect(kept).toHaveLength(1));
  expect(kept[0]?.size).toBe(text.length);
  vi.unstubAllGlobals();
});
