import { expect, test } from "vitest";
import { notificationOf, opensAt } from "./notification";

test("a push is shown with its words and leads to its place", () => {
  const body = JSON.stringify({ title: "Buy INFY: filled", text: "at Zerodha", to: "/orders/ord_1", tag: "ord_1" });
  const { title, options } = notificationOf(body);
  expect(title).toBe("Buy INFY: filled");
  expect(options).toMatchObject({ body: "at Zerodha", tag: "ord_1", requireInteraction: false });
  expect(opensAt(options.data)).toBe("/orders/ord_1");
});

test("a push that cannot be read is shown by the product's name", () => {
  for (const body of [null, "", "{half", "3", "[]", '{"title": 3}']) {
    expect(notificationOf(body).title).toBe("TradeMaster");
    expect(opensAt(notificationOf(body).options.data)).toBe("/");
  }
});

test("a notification leads nowhere but to this site", () => {
  for (const to of [
    "https://elsewhere.example",
    "//elsewhere.example",
    "/\\elsewhere.example",
    "javascript:alert(1)",
    "",
  ]) {
    expect(opensAt({ to })).toBe("/");
  }
});
