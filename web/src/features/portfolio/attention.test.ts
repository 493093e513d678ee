import { expect, test } from "vitest";
import type { Account, KillSwitch, Order } from "@/api";
import { account, holding, order } from "@/test/fixtures";
import { concerns } from "./attention";
import { holdingAsRead } from "./live";
import type { LiveHolding } from "./valuation";

const now = Date.parse("2026-11-20T10:00:00+05:30");
const calm = { accounts: [account], orders: [order], kill: undefined, holdings: [] };
const titles = (known: Parameters<typeof concerns>[0]) => concerns(known, now).map(({ title }) => title);

test("a calm day needs nobody", () => {
  expect(concerns(calm, now)).toEqual([]);
});

test("what is unknown, in surplus, ending or stopped is told with its place", () => {
  const [child] = order.children as [Order["children"][number]];
  const unknown: Order = { ...order, id: "o-2", status: "UNKNOWN" };
  const surplus: Order = { ...order, id: "o-3", children: [{ ...child, surplus_quantity: 5 }] };
  const ending: Account = { ...account, expires_at: "2026-11-20T10:20:00+05:30" };
  const known = { ...calm, orders: [unknown, surplus], accounts: [ending], kill: { engaged: true } as KillSwitch };
  expect(concerns(known, now).map(({ title, to }) => [title, to])).toEqual([
    ["The kill switch is on", "/kill"],
    ["BUY INFY: outcome unknown", "/orders/o-2"],
    ["BUY INFY: 5 more than ordered", "/orders/o-3"],
    ["Zerodha", "/morning"],
  ]);
  expect(concerns(known, now).at(-1)?.words).toBe("The session ends in 20 minutes; log in again");
});

test("a broker that asks for login is told once, as that", () => {
  expect(titles({ ...calm, accounts: [{ ...account, state: "login_needed" }] })).toEqual(["Zerodha"]);
});

test("shares that wait for leave are told by their account", () => {
  const [lot] = holding.lots as [(typeof holding.lots)[number]];
  const row = holdingAsRead({ ...holding, lots: [{ ...lot, unauthorised_quantity: 20 }] }) as LiveHolding;
  expect(concerns({ ...calm, holdings: [row] }, now)[0]?.words).toContain("INFY needs leave");
});
