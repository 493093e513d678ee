// Everything that can be done with a watched instrument, for a thumb.
import "@/text/rooms/watchlist";
import { ArrowDown, ArrowUp, Bell, ChartCandlestick, Trash2 } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { Button } from "@/components/button";
import { Sheet } from "@/components/sheet";
import { AlertSheet } from "@/features/alerts/AlertSheet";
import { t } from "@/text";
import { nameOf, type RowActions } from "./WatchRow";

interface Props {
  symbol: string | null;
  tradable: boolean;
  onClose: () => void;
  actions: RowActions;
}

export function RowSheet({ symbol, tradable, onClose, actions }: Props) {
  const navigate = useNavigate();
  const [alerting, setAlerting] = useState<string | null>(null);
  const act =
    (run: (symbol: string) => void, stay = false) =>
    () => {
      if (symbol) run(symbol);
      if (!stay) onClose();
    };
  const items = [
    {
      key: "chart",
      Icon: ChartCandlestick,
      run: act((one) => navigate(`/i/${encodeURIComponent(one)}`)),
    },
    { key: "alert", Icon: Bell, run: act(setAlerting) },
    { key: "up", Icon: ArrowUp, run: act((one) => actions.move(one, -1), true) },
    { key: "down", Icon: ArrowDown, run: act((one) => actions.move(one, 1), true) },
    { key: "take_out", Icon: Trash2, run: act(actions.remove) },
  ] as const;
  return (
    <>
      <Sheet
        open={symbol !== null}
        onClose={onClose}
        title={symbol ? nameOf(symbol) : ""}
        footer={
          tradable && (
            <div className="flex gap-2">
              <Button look="buy" size="lg" className="flex-1" onClick={act((one) => actions.order(one, "BUY"))}>
                {t("common:buy")}
              </Button>
              <Button look="sell" size="lg" className="flex-1" onClick={act((one) => actions.order(one, "SELL"))}>
                {t("common:sell")}
              </Button>
            </div>
          )
        }
      >
        <ul className="py-1">
          {items.map(({ key, Icon, run }) => (
            <li key={key}>
              <button
                type="button"
                onClick={run}
                className="flex h-12 w-full items-center gap-3 px-4 text-base hover:bg-hover"
              >
                <Icon className="size-4 text-faint" aria-hidden="true" />
                {t(`watchlist:sheet.${key}`)}
              </button>
            </li>
          ))}
        </ul>
      </Sheet>
      <AlertSheet open={alerting !== null} onClose={() => setAlerting(null)} symbol={alerting ?? ""} />
    </>
  );
}
