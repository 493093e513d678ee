// The candles as a table: for screen readers, and for whoever wants the numbers.
import { Cell, Head } from "@/components/table";
import * as money from "@/lib/money";
import { t } from "@/text";
import type { Bar } from "./bars";

const MOST = 120;

interface Props {
  bars: readonly Bar[];
  caption: string;
  timeWords: (time: number) => string;
  priceWords: (value: number) => string;
}

export function BarsTable({ bars, caption, timeWords, priceWords }: Props) {
  return (
    <div className="h-full overflow-auto">
      <table className="w-full">
        <caption className="sr-only">{caption}</caption>
        <thead className="sticky top-0 bg-ground">
          <tr>
            <Head left>{t("market:table.time")}</Head>
            <Head>{t("market:day.open")}</Head>
            <Head>{t("market:day.high")}</Head>
            <Head>{t("market:day.low")}</Head>
            <Head>{t("market:table.close")}</Head>
            <Head>{t("market:day.volume")}</Head>
          </tr>
        </thead>
        <tbody>
          {bars
            .slice(-MOST)
            .reverse()
            .map((bar) => (
              <tr key={bar.time} className="border-t border-line">
                <Cell left>{timeWords(bar.time)}</Cell>
                <Cell>{priceWords(bar.open)}</Cell>
                <Cell>{priceWords(bar.high)}</Cell>
                <Cell>{priceWords(bar.low)}</Cell>
                <Cell>{priceWords(bar.close)}</Cell>
                <Cell>{money.quantity(bar.volume)}</Cell>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
