import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { catalogue, hasText, t } from ".";

test("words are found by room and key, with their values filled in", () => {
  expect(t("common:retry")).toBe("Try again");
  expect(t("common:unknown", { reason: "no price" })).toBe("unknown: no price");
});

test("a key made at run time is looked for before it is used", () => {
  expect(hasText("common:retry")).toBe(true);
  expect(hasText("common:no_such_words")).toBe(false);
});

test("markup in a value stays text", () => {
  render(<p>{t("common:unknown", { reason: "<b>x</b>" })}</p>);
  expect(screen.getByText("unknown: <b>x</b>")).toBeTruthy();
});

function leaves(part: object, path: string): [string, unknown][] {
  return Object.entries(part).flatMap(([key, value]) =>
    typeof value === "object" && value !== null ? leaves(value, `${path}.${key}`) : [[`${path}.${key}`, value]],
  );
}

test("every text is a non-empty string with balanced braces", () => {
  for (const [key, value] of leaves(catalogue, "text")) {
    expect(typeof value, key).toBe("string");
    expect((value as string).trim(), key).not.toBe("");
    expect((value as string).split("{{").length, key).toBe((value as string).split("}}").length);
  }
});
