// What is seen, as a file: plain decimals, one line a row.
import * as money from "@/lib/money";
import type { LiveHolding } from "./valuation";

const plain = (value: money.Amount | null): string => (value === null ? "" : money.toWire(value));
const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export function holdingsCsv(rows: readonly LiveHolding[]): string {
  const head = "isin,symbol,exchange,quantity,average_price,last_price,value,pnl,day_pnl,brokers";
  const lines = rows.map((row) =>
    [
      row.source.isin,
      row.source.symbol,
      row.source.exchange,
      String(row.quantity),
      plain(row.average),
      plain(row.last),
      plain(row.value),
      plain(row.pnl),
      plain(row.dayPnl),
      row.lots.map((lot) => `${lot.broker} ${lot.quantity}`).join("; "),
    ]
      .map(quoted)
      .join(","),
  );
  return [head, ...lines, ""].join("\r\n");
}
