// The only place that turns money into text. Strings in, exact integers inside (hundred-millionths of a rupee), never a float.

/** An exact amount in rupees, held as an integer of 10^-8 rupees. */
export type Amount = bigint & { readonly __amount: unique symbol };
/** What the server sends: a decimal string in rupees, or null when unknown. */
export type Decimalish = string | Amount | null | undefined;

const SCALE = 8;
const ONE = 10n ** BigInt(SCALE);
const MINUS = "\u2212";

export const ZERO = 0n as Amount;

/** Reads "-1234.50", "1,23,456.7" or "₹ 12" exactly; null for anything that is not a number. */
export function parse(value: Decimalish): Amount | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "bigint") return value;
  const clean = value.replace(/[,\s₹]/g, "").replace(MINUS, "-");
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,2}))?$/.exec(clean);
  if (!match || !(match[2] || match[3])) return null;
  const digits = `${match[2] ?? ""}${match[3] ?? ""}`;
  const shift = SCALE - (match[3]?.length ?? 0) + Number(match[4] ?? 0);
  const whole = BigInt(digits || "0");
  const size = shift >= 0 ? whole * 10n ** BigInt(shift) : divideRounded(whole, 10n ** BigInt(-shift));
  return (match[1] === "-" ? -size : size) as Amount;
}

export const add = (a: Amount, b: Amount): Amount => (a + b) as Amount;
export const subtract = (a: Amount, b: Amount): Amount => (a - b) as Amount;
export const times = (a: Amount, quantity: number): Amount => (a * BigInt(quantity)) as Amount;
export const negate = (a: Amount): Amount => -a as Amount;
export const isNegative = (a: Amount): boolean => a < 0n;
export const compare = (a: Amount, b: Amount): number => (a < b ? -1 : a > b ? 1 : 0);

/** An amount shared over a quantity (an average price), rounded half away from zero at 10^-8. */
export const per = (a: Amount, quantity: number): Amount | null =>
  quantity === 0 ? null : (divideRounded(a, BigInt(quantity)) as Amount);

/** a as a percentage of b, itself a decimal number of percent; null when b is zero. */
export const percentOf = (a: Amount, b: Amount): Amount | null =>
  b === 0n ? null : (divideRounded(a * 100n * ONE, b < 0n ? -b : b) as Amount);

/** The plain decimal text that the API takes: "1500.05". */
export function toWire(amount: Amount, places = 2): string {
  return plain(round(amount, places), places, "-");
}

/** The plain decimal text without a digit lost: two places at least, as many as there are. */
export function exact(amount: Amount): string {
  return plain(amount, SCALE, "-").replace(/0{1,6}$/, "");
}

/** A price moved to the next multiple of tick in a direction, as the arrow keys do. */
export function stepBy(amount: Amount, tick: Amount, steps: number): Amount {
  if (tick <= 0n) return amount;
  const floor = (amount / tick) * tick;
  const onTick = floor === amount;
  const from = onTick ? amount : steps > 0 ? floor : floor + tick;
  const next = from + tick * BigInt(steps);
  return (next < tick ? tick : next) as Amount;
}

export const isMultiple = (amount: Amount, tick: Amount): boolean => tick <= 0n || amount % tick === 0n;

/** For the pixels of a chart or a bar only; never for a number that is read or sent. */
export const toPixels = (amount: Amount): number => Number(amount) / Number(ONE);

function divideRounded(a: bigint, b: bigint): bigint {
  const negative = a < 0n !== b < 0n;
  const x = a < 0n ? -a : a;
  const y = b < 0n ? -b : b;
  const q = (x * 2n + y) / (y * 2n);
  return negative ? -q : q;
}

function round(amount: bigint, places: number): bigint {
  return divideRounded(amount, 10n ** BigInt(SCALE - places));
}

function group(digits: string): string {
  if (digits.length <= 3) return digits;
  const head = digits.slice(0, -3).replace(/\B(?=(\d{2})+(?!\d))/g, ",");
  return `${head},${digits.slice(-3)}`;
}

function split(units: bigint, places: number): [string, string] {
  const text = (units < 0n ? -units : units).toString().padStart(places + 1, "0");
  return places === 0 ? [text, ""] : [text.slice(0, -places), `.${text.slice(-places)}`];
}

function plain(units: bigint, places: number, minus: string): string {
  const [whole, fraction] = split(units, places);
  return `${units < 0n ? minus : ""}${whole}${fraction}`;
}

function grouped(amount: bigint, places: number, sign: boolean, before = ""): string {
  const units = round(amount, places);
  const [whole, fraction] = split(units, places);
  const mark = units < 0n ? MINUS : sign && units > 0n ? "+" : "";
  return `${mark}${before}${group(whole)}${fraction}`;
}

const DASH = "\u2014";

/** "₹1,23,45,678.90"; a dash when unknown. With sign, gains carry a plus. */
export function rupees(value: Decimalish, options: { sign?: boolean; places?: number } = {}): string {
  const amount = parse(value);
  return amount === null ? DASH : grouped(amount, options.places ?? 2, options.sign ?? false, "₹");
}

/** A price without the sign of the rupee: "1,502.35"; four places for currency pairs. */
export function price(value: Decimalish, places = 2): string {
  const amount = parse(value);
  return amount === null ? DASH : grouped(amount, places, false);
}

/** A change of price: "+12.40". */
export function change(value: Decimalish, places = 2): string {
  const amount = parse(value);
  return amount === null ? DASH : grouped(amount, places, true);
}

/** "+1.25%" from a number of percent. */
export function percent(value: Decimalish, options: { sign?: boolean } = {}): string {
  const amount = parse(value);
  return amount === null ? DASH : `${grouped(amount, 2, options.sign ?? true)}%`;
}

/** "₹1.24 L", "₹3.5 Cr"; below a lakh the full amount. */
export function short(value: Decimalish, options: { sign?: boolean } = {}): string {
  const amount = parse(value);
  if (amount === null) return DASH;
  const size = amount < 0n ? -amount : amount;
  const lakh = 100_000n * ONE;
  const crore = 10_000_000n * ONE;
  if (size < lakh) return rupees(amount, options);
  // 99.996 lakh would round to "100 L": from 99.995 on it is a crore.
  const inCrore = size >= crore - lakh / 200n;
  const scaled = divideRounded(amount * 100n, inCrore ? crore : lakh) * 10n ** BigInt(SCALE - 2);
  const text = grouped(scaled, 2, options.sign ?? false, "₹")
    .replace(/0$/, "")
    .replace(/\.0$/, "");
  return `${text} ${inCrore ? "Cr" : "L"}`;
}

/** A count of shares, contracts or lots: "1,25,000". */
export function quantity(value: number | null | undefined, options: { sign?: boolean } = {}): string {
  return value === null || value === undefined ? DASH : grouped(BigInt(value) * ONE, 0, options.sign ?? false);
}

/** The direction of a number, for colour and arrow; null when unknown. */
export function direction(value: Decimalish): "up" | "down" | "flat" | null {
  const amount = parse(value);
  return amount === null ? null : amount > 0n ? "up" : amount < 0n ? "down" : "flat";
}
