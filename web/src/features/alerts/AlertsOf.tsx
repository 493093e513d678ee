// The alerts of one instrument, in the column beside its chart.
import "@/text/rooms/alerts";
import { Pencil, Plus, X } from "lucide-react";
import { useState } from "react";
import { type Alert, useListAlertsQuery } from "@/api";
import { Button } from "@/components/button";
import { cx } from "@/lib/classes";
import { t } from "@/text";
import { AlertSheet } from "./AlertSheet";
import { AlertState } from "./AlertState";
import { ruleWords } from "./rules";
import { useAlertActions } from "./useAlertActions";

function Line({ alert, onEdit }: { alert: Alert; onEdit: () => void }) {
  const { remove } = useAlertActions(alert);
  const rule = ruleWords(alert);
  return (
    <li className="flex min-h-8 items-center gap-1 border-b border-line max-md:min-h-11">
      <span className={cx("min-w-0 flex-1 truncate", alert.state !== "active" && "text-faint")}>{rule}</span>
      <span className="text-xs">
        <AlertState alert={alert} />
      </span>
      <Button look="ghost" size="sm" aria-label={t("alerts:edit_this", { rule })} onClick={onEdit}>
        <Pencil className="size-3" aria-hidden="true" />
      </Button>
      <Button look="ghost" size="sm" aria-label={t("alerts:remove_this", { rule })} onClick={remove}>
        <X className="size-3.5" aria-hidden="true" />
      </Button>
    </li>
  );
}

export function AlertsOf({ symbol, onNew }: { symbol: string; onNew: () => void }) {
  const { data } = useListAlertsQuery({});
  const [editing, setEditing] = useState<Alert | null>(null);
  const mine = data?.items.filter((alert) => alert.symbol === symbol) ?? [];
  return (
    <section aria-labelledby="alerts-of">
      <div className="flex items-center justify-between">
        <h2 id="alerts-of" className="font-medium">
          {t("alerts:title")}
        </h2>
        <Button look="ghost" size="sm" onClick={onNew}>
          <Plus className="size-3.5" aria-hidden="true" /> {t("alerts:add")}
        </Button>
      </div>
      {mine.length === 0 ? (
        <p className="text-xs text-faint">{t("alerts:none_here")}</p>
      ) : (
        <ul>
          {mine.map((alert) => (
            <Line key={alert.id} alert={alert} onEdit={() => setEditing(alert)} />
          ))}
        </ul>
      )}
      <AlertSheet open={editing !== null} onClose={() => setEditing(null)} symbol={symbol} alert={editing} />
    </section>
  );
}
