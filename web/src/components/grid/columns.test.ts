import { expect, test } from "vitest";
import * as money from "@/lib/money";
import { type Column, csvOf, found, noChoice, ordered, seen, shifted, sorted, steady, toggled } from "./columns";

interface Row {
  name: string;
  value: string | null;
}
const columns: Column<Row>[] = [
  { key: "name", label: "Name", cell: (row) => row.name, sort: (row) => row.name, left: true },
  { key: "value", label: "Value", cell: (row) => row.value, sort: (row) => money.parse(row.value) },
  { key: "note", label: "Note", cell: () => null, hidden: true },
];
const rows: Row[] = [
  { name: "INFY", value: "10.5" },
  { name: "TCS", value: null },
  { name: "ABB", value: "9" },
];
const names = (list: readonly Row[]) => list.map((row) => row.name);

test("numbers are sorted as numbers and what is not known comes last in both directions", () => {
  expect(names(sorted(rows, columns, { key: "value", descending: true }))).toEqual(["INFY", "ABB", "TCS"]);
  expect(names(sorted(rows, columns, { key: "value", descending: false }))).toEqual(["ABB", "INFY", "TCS"]);
  expect(names(sorted(rows, columns, null))).toEqual(["INFY", "TCS", "ABB"]);
});

test("a row is found by every word of it in any order", () => {
  expect(names(found(rows, " nf  in ", (row) => row.name))).toEqual(["INFY"]);
  expect(found(rows, "  ", (row) => row.name)).toBe(rows);
});

test("columns are left out, taken in and moved; the first stays first", () => {
  const keys = (list: readonly { key: string }[]) => list.map((column) => column.key);
  expect(keys(seen(columns, noChoice))).toEqual(["name", "value"]);
  const note = toggled({ key: "note", hidden: true }, noChoice);
  expect(keys(seen(columns, note))).toEqual(["name", "value", "note"]);
  expect(keys(seen(columns, toggled({ key: "value" }, note)))).toEqual(["name", "note"]);
  expect(keys(seen(columns, shifted(columns, note, "note", -1)))).toEqual(["name", "note", "value"]);
  expect(shifted(columns, note, "value", -1)).toBe(note);
  expect(toggled({ key: "note", hidden: true }, note)).toEqual(noChoice);
});

test("a column that came after the choice stands where it was declared", () => {
  const choice = { ...noChoice, order: ["value", "note"] };
  const newer = [columns[0], { key: "new" }, columns[2], columns[1]].flatMap((column) => column ?? []);
  expect(ordered(newer, choice).map((column) => column.key)).toEqual(["name", "new", "value", "note"]);
});

test("rows that are pointed at keep their places, new ones go to the end", () => {
  expect(steady(["a", "b", "c"], ["c", "d", "a"])).toEqual(["a", "c", "d"]);
});

test("the file holds what is seen, exactly, and no formula", () => {
  const told = [{ name: '=SUM("x")', value: "-12.3456" }, ...rows.slice(1, 2)];
  expect(csvOf(columns, told)).toBe(["Name,Value", `"'=SUM(""x"")",-12.3456`, "TCS,unknown", ""].join("\r\n"));
});
