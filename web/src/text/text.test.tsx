import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { hasText, t } from ".";

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

const rooms = import.meta.glob<object>("./en/*.json", { eager: true, import: "default" });
const later = Object.keys(import.meta.glob("./rooms/*.ts")).map((path) => path.replace(/^.*\/|\.ts$/g, ""));
const sources = import.meta.glob<string>("../**/*.{ts,tsx}", { eager: true, query: "?raw", import: "default" });

test("a file brings the rooms with it that are not there at once", () => {
  expect(later.length).toBeGreaterThan(3);
  for (const [path, source] of Object.entries(sources)) {
    if (path.includes(".test.") || path.startsWith("./")) continue;
    for (const room of later) {
      if (new RegExp(`["\`]${room}:`).test(source)) expect(source, path).toContain(`"@/text/rooms/${room}"`);
    }
  }
});

test("every text is a non-empty string with balanced braces", () => {
  for (const [key, value] of leaves(rooms, "text")) {
    expect(typeof value, key).toBe("string");
    expect((value as string).trim(), key).not.toBe("");
    expect((value as string).split("{{").length, key).toBe((value as string).split("}}").length);
  }
});
