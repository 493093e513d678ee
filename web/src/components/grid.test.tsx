import { fireEvent, render, screen, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { setPrefs } from "@/lib/prefs";
import { type Column, Grid, type GridProps } from "./grid";

interface Row {
  id: string;
  size: number;
  parts: string[];
}
const drawn = vi.fn();
const columns: Column<Row, string>[] = [
  {
    key: "name",
    label: "Name",
    left: true,
    sort: (row) => row.id,
    cell: (row) => {
      drawn(row.id);
      return row.id;
    },
    part: (part) => part,
  },
  { key: "size", label: "Size", sort: (row) => row.size, cell: (row) => row.size, total: (rows) => rows.length },
];
const abb = { id: "ABB", size: 2, parts: ["at Zerodha", "at Upstox"] };
const tcs = { id: "TCS", size: 9, parts: [] };
const parts = { of: (row: Row) => row.parts, id: (part: string) => part };
const nameOf = (row: Row) => row.id;
const base: GridProps<Row, string> = {
  id: "test",
  label: "Things",
  columns,
  rows: [abb, tcs],
  rowId: nameOf,
  name: nameOf,
  find: nameOf,
  parts,
  first: { key: "size", descending: true },
  empty: <p>Nothing yet</p>,
};
const order = () => [...document.querySelectorAll("[data-row]")].map((row) => row.getAttribute("data-row"));

beforeEach(() => setPrefs({ grids: {} }));

test("rows are sorted by a tap on a head, and the choice is remembered", () => {
  const { unmount } = render(<Grid {...base} />);
  expect(order()).toEqual(["TCS", "ABB"]);
  fireEvent.click(screen.getByRole("button", { name: "Size" }));
  expect(order()).toEqual(["ABB", "TCS"]);
  expect(screen.getByRole("columnheader", { name: "Size" }).getAttribute("aria-sort")).toBe("ascending");
  unmount();
  render(<Grid {...base} />);
  expect(order()).toEqual(["ABB", "TCS"]);
});

test("a row opens into its parts under the same columns", () => {
  render(<Grid {...base} />);
  fireEvent.click(screen.getByRole("button", { name: "Open ABB" }));
  expect(screen.getByText("at Upstox")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Fold ABB" }));
  expect(screen.queryByText("at Upstox")).toBeNull();
});

test("a row that changed is drawn, the others are not", () => {
  const { rerender } = render(<Grid {...base} />);
  drawn.mockClear();
  rerender(<Grid {...base} rows={[abb, { ...tcs, size: 10 }]} />);
  expect(drawn.mock.calls).toEqual([["TCS"]]);
});

test("what is typed leaves only the rows that match, and says so when none does", () => {
  const more = Array.from({ length: 6 }, (_, at) => ({ id: `S${at}`, size: -at, parts: [] }));
  render(<Grid {...base} rows={[...base.rows, ...more]} />);
  const field = screen.getByRole("searchbox", { name: "Find in Things" });
  fireEvent.change(field, { target: { value: "ab" } });
  expect(order()).toEqual(["ABB"]);
  fireEvent.change(field, { target: { value: "zzz" } });
  expect(screen.getByText("Nothing here matches “zzz”.")).toBeTruthy();
});

test("the column choice leaves a column out", () => {
  render(<Grid {...base} />);
  fireEvent.click(screen.getByRole("button", { name: "Columns" }));
  fireEvent.click(within(screen.getByRole("dialog")).getByRole("checkbox", { name: "Size" }));
  expect(document.querySelectorAll("thead th").length).toBe(1);
});

test("only the rows in sight of a long table are drawn, and it says how many there are", () => {
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(33);
  const many = Array.from({ length: 250 }, (_, at) => ({ id: `S${at}`, size: at, parts: [] }));
  render(<Grid {...base} rows={many} />);
  expect(order().length).toBeLessThan(100);
  expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("251");
});

test("rows are chosen one by one or together", () => {
  const onChange = vi.fn();
  render(<Grid {...base} selection={{ chosen: new Set(["ABB"]), onChange }} />);
  fireEvent.click(screen.getByRole("checkbox", { name: "Choose TCS" }));
  fireEvent.click(screen.getByRole("checkbox", { name: "Choose all" }));
  expect(onChange.mock.calls.map(([chosen]) => [...chosen].sort())).toEqual([
    ["ABB", "TCS"],
    ["ABB", "TCS"],
  ]);
});

test("without rows there is what the page says about it", () => {
  render(<Grid {...base} rows={[]} />);
  expect(screen.getByText("Nothing yet")).toBeTruthy();
});
