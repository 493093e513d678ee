import { describe, expect, test } from "vitest";
import { named, placed } from "./CurveChart";

const SIZE = { width: 400, height: 200 };
const points = (...rupees: number[]) =>
  rupees.map((value, at) => ({
    at: `2026-11-${String(at + 1).padStart(2, "0")}`,
    value: BigInt(value) * 100_000_000n,
  }));

describe("a curve", () => {
  test("goes from the left edge to the scale, higher values above lower ones", () => {
    const { places, right } = placed(points(100, 300, 200), SIZE, false);
    expect(places[0]?.x).toBe(16);
    expect(places[2]?.x).toBe(right);
    const [first, highest, last] = places.map(({ y }) => y);
    expect(highest).toBeLessThan(last as number);
    expect(last).toBeLessThan(first as number);
  });
  test("stays inside its frame whatever the values are", () => {
    for (const values of [[0], [5, 5, 5], [-100, 100], [1, 1_000_000_000]]) {
      const { places, rows } = placed(points(...values), SIZE, false);
      for (const { x, y } of places) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(SIZE.width);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(y).toBeLessThanOrEqual(SIZE.height);
      }
      expect(rows.length).toBeGreaterThan(0);
    }
  });
  test("of a fall hangs from zero, which is its upper edge", () => {
    const { base, places } = placed(points(0, -5, -2), SIZE, true);
    expect(base).toBe(8);
    expect(places[0]?.y).toBe(base);
  });
  test("names days far enough apart to be read", () => {
    const { places } = placed(points(...Array.from({ length: 60 }, (_, at) => at)), SIZE, false);
    const words = named(places, 300);
    expect(words.length).toBeLessThanOrEqual(4);
    for (const [at, place] of words.entries()) {
      if (at > 0) expect(place.x - (words[at - 1]?.x ?? 0)).toBeGreaterThan(70);
    }
  });
});
