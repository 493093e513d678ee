import { act, render, renderHook, screen } from "@testing-library/react";
import { Provider } from "react-redux";
import { MemoryRouter } from "react-router";
import { expect, test } from "vitest";
import { Toasts, toast } from "@/components/toasts";
import { keepPending, pendingOrder } from "@/features/ticket/pending";
import { openTicket } from "@/features/ticket/state";
import { testStore } from "@/test/server";
import { useSession } from "./useSession";

test("the end of a session leaves nothing of its owner: no ticket, no unanswered order, no words", async () => {
  const store = testStore();
  store.dispatch(openTicket({ symbol: "NSE:INFY", side: "BUY", quantity: 10 }));
  keepPending({ key: "web-1", order: { symbol: "INFY", quantity: 10 } as never, user: "u-1" });
  render(<Toasts />, { wrapper: MemoryRouter });
  act(() => toast({ tone: "good", title: "Bought 10 INFY" }));
  const wrapper = ({ children }: { children: React.ReactNode }) => <Provider store={store}>{children}</Provider>;
  const { result } = renderHook(() => useSession(), { wrapper });
  await act(() => result.current.forget(null));
  expect(store.getState().ticket.open).toBe(false);
  expect(pendingOrder()).toBeNull();
  expect(screen.queryByText("Bought 10 INFY")).toBeNull();
});
