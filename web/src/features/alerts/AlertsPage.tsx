// All alerts: what waits, what fired, with the price now beside each; and a new one for any instrument.
import "@/text/rooms/alerts";
import { BellPlus, Ellipsis } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { Link } from "react-router";
import { type Alert, inWords, problemOf, useListAlertsQuery } from "@/api";
import { Button } from "@/components/button";
import { Unknown } from "@/components/figures";
import { type Column, Grid } from "@/components/grid";
import { Menu } from "@/components/menu";
import { Empty, Notice, PageHead, Waiting } from "@/components/surface";
import { TabPanel, Tabs } from "@/components/tabs";
import { MoveCell, PriceCell } from "@/features/market/PriceCell";
import { SearchDialog } from "@/features/market/SearchDialog";
import * as money from "@/lib/money";
import { dayTime } from "@/lib/time";
import { t } from "@/text";
import { AlertSheet } from "./AlertSheet";
import { AlertState } from "./AlertState";
import { ruleWords } from "./rules";
import { useAlertActions } from "./useAlertActions";

type View = "waiting" | "fired" | "paused";
const views: readonly View[] = ["waiting", "fired", "paused"];

function belongs(alert: Alert, view: View): boolean {
  if (view === "waiting") return alert.state === "active";
  if (view === "fired") return alert.state === "fired" || alert.fired > 0;
  return alert.state === "paused" || alert.state === "expired";
}

interface Editing {
  symbol: string;
  alert: Alert | null;
}

export function AlertsPage() {
  const { data, error, refetch } = useListAlertsQuery({});
  const [view, setView] = useState<View>("waiting");
  const [editing, setEditing] = useState<Editing | null>(null);
  const [picking, setPicking] = useState(false);
  const fresh = (
    <Button look="primary" onClick={() => setPicking(true)}>
      <BellPlus className="size-4" aria-hidden="true" /> {t("alerts:new")}
    </Button>
  );
  const edit = useCallback((alert: Alert) => setEditing({ symbol: alert.symbol, alert }), []);
  return (
    <div>
      <PageHead title={t("alerts:title")}>{fresh}</PageHead>
      {error && !data ? (
        <Notice
          tone="bad"
          className="mx-4"
          action={
            <Button size="sm" onClick={() => void refetch()}>
              {t("common:retry")}
            </Button>
          }
        >
          {inWords(problemOf(error))}
        </Notice>
      ) : !data ? (
        <Waiting />
      ) : (
        <Tabs
          label={t("alerts:title")}
          value={view}
          onChange={setView}
          tabs={views.map((one) => ({
            value: one,
            label: t(`alerts:view.${one}`),
            count: data.items.filter((alert) => belongs(alert, one)).length,
          }))}
        >
          {views.map((one) => (
            <TabPanel key={one} value={one}>
              <AlertList alerts={data.items.filter((alert) => belongs(alert, one))} view={one} onEdit={edit} />
            </TabPanel>
          ))}
        </Tabs>
      )}
      <SearchDialog
        open={picking}
        onClose={() => setPicking(false)}
        commands={[]}
        onPick={(symbol) => setEditing({ symbol, alert: null })}
      />
      <AlertSheet
        open={editing !== null}
        onClose={() => setEditing(null)}
        symbol={editing?.symbol ?? ""}
        alert={editing?.alert}
      />
    </div>
  );
}

/** "Fired 20 Nov 10:05 at 1,550.00", or never. */
function Fired({ alert }: { alert: Alert }) {
  if (!alert.fired_at) return <Unknown reason={t("alerts:not_fired")} />;
  return (
    <span>
      {t("alerts:fired_cell", { time: dayTime(alert.fired_at), price: money.price(alert.fired_price) })}
      {alert.fired > 1 && <span className="text-faint"> {t("alerts:times", { count: alert.fired })}</span>}
    </span>
  );
}

function Actions({ alert, onEdit }: { alert: Alert; onEdit: (alert: Alert) => void }) {
  const { pause, arm, remove } = useAlertActions(alert);
  const about = t("alerts:actions_of", { symbol: alert.symbol, rule: ruleWords(alert) });
  return (
    <Menu
      label={about}
      items={[
        { label: t("alerts:edit"), onSelect: () => onEdit(alert) },
        alert.state === "active"
          ? { label: t("alerts:pause"), onSelect: pause }
          : { label: t("alerts:arm"), note: t("alerts:arm_about"), onSelect: arm },
        "line",
        { label: t("common:remove"), danger: true, onSelect: remove },
      ]}
      trigger={
        <Button look="ghost" size="sm" aria-label={about}>
          <Ellipsis className="size-4" aria-hidden="true" />
        </Button>
      }
    />
  );
}

function Name({ alert }: { alert: Alert }) {
  return (
    <Link
      to={`/i/${encodeURIComponent(alert.symbol)}`}
      data-symbol={alert.symbol}
      className="font-medium hover:underline max-md:inline-flex max-md:min-h-11 max-md:items-center"
    >
      {alert.symbol.slice(alert.symbol.indexOf(":") + 1)}
    </Link>
  );
}

interface ListProps {
  alerts: readonly Alert[];
  view: View;
  onEdit: (alert: Alert) => void;
}

const columnsWith = (onEdit: (alert: Alert) => void): Column<Alert>[] => [
  {
    key: "symbol",
    label: t("alerts:column.symbol"),
    left: true,
    sort: (alert) => alert.symbol,
    csv: (alert) => alert.symbol,
    cell: (alert) => <Name alert={alert} />,
  },
  {
    key: "rule",
    label: t("alerts:column.rule"),
    left: true,
    sort: (alert) => ruleWords(alert),
    csv: (alert) => ruleWords(alert),
    cell: (alert) => (
      <span>
        {ruleWords(alert)}
        {alert.repeats && <span className="text-faint"> {t("alerts:repeats")}</span>}
      </span>
    ),
  },
  {
    key: "price",
    label: t("alerts:column.price"),
    cell: (alert) => <PriceCell symbol={alert.symbol} />,
  },
  {
    key: "move",
    label: t("alerts:column.move"),
    cell: (alert) => <MoveCell symbol={alert.symbol} />,
  },
  {
    key: "state",
    label: t("alerts:column.state"),
    left: true,
    sort: (alert) => alert.state,
    csv: (alert) => alert.state,
    cell: (alert) => <AlertState alert={alert} />,
  },
  {
    key: "fired",
    label: t("alerts:column.fired"),
    sort: (alert) => alert.fired_at ?? "",
    csv: (alert) => alert.fired_at ?? "",
    cell: (alert) => <Fired alert={alert} />,
  },
  {
    key: "note",
    label: t("alerts:column.note"),
    left: true,
    csv: (alert) => alert.note,
    cell: (alert) => <span className="text-quiet">{alert.note}</span>,
  },
  {
    key: "actions",
    label: t("alerts:column.actions"),
    cell: (alert) => <Actions alert={alert} onEdit={onEdit} />,
  },
];

function AlertList({ alerts, view, onEdit }: ListProps) {
  const columns = useMemo(() => columnsWith(onEdit), [onEdit]);
  return (
    <Grid
      id="alerts"
      label={t("alerts:title")}
      columns={columns}
      rows={alerts}
      rowId={(alert) => alert.id}
      name={(alert) => alert.symbol}
      find={(alert) => `${alert.symbol} ${alert.note} ${ruleWords(alert)}`}
      card={(alert) => (
        <div className="flex items-center gap-2 px-4 py-1.5">
          <div className="min-w-0 flex-1">
            <Name alert={alert} />
            <p className="truncate text-xs text-quiet">{ruleWords(alert)}</p>
          </div>
          <div className="text-right">
            <PriceCell symbol={alert.symbol} />
            <p className="text-xs">
              <AlertState alert={alert} />
            </p>
          </div>
          <Actions alert={alert} onEdit={onEdit} />
        </div>
      )}
      empty={
        <Empty title={t(`alerts:empty.${view}`)}>
          <p>{t("alerts:empty_about")}</p>
        </Empty>
      }
    />
  );
}
