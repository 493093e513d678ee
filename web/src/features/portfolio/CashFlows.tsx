// Money that was paid in or taken out: entered here, told by a broker, or inferred and waiting for a word.
import { Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { type Account, type CashFlow, inWords, problemOf } from "@/api";
import { useChangeFlowMutation, useListFlowsQuery, useRemoveFlowMutation } from "@/api/past";
import { BrokerBadge, StateWord, Tag } from "@/components/badge";
import { Button } from "@/components/button";
import { Amount } from "@/components/figures";
import { type Column, Grid } from "@/components/grid";
import { Empty, Notice, Waiting } from "@/components/surface";
import { toast } from "@/components/toasts";
import * as money from "@/lib/money";
import { dayName } from "@/lib/time";
import { hasText, t } from "@/text";
import { FlowSheet } from "./FlowSheet";

const idOf = (flow: CashFlow) => flow.id;
const nameOf = (flow: CashFlow) =>
  t("portfolio:flows.name", { amount: money.rupees(flow.amount), day: dayName(flow.day) });
const textOf = (flow: CashFlow) => [flow.label, flow.note, dayName(flow.day), flow.amount].join(" ");
const first = { key: "day", descending: true };

const told = (room: "sources" | "states", member: string): string => {
  const key = `portfolio:flows.${room}.${member}`;
  return hasText(key) ? t(key) : member;
};

const flowColumns = (): Column<CashFlow>[] => [
  {
    key: "day",
    label: t("portfolio:flows.day"),
    left: true,
    sort: (flow) => flow.day,
    cell: (flow) => dayName(flow.day),
    csv: (flow) => flow.day,
  },
  {
    key: "broker",
    label: t("portfolio:broker"),
    left: true,
    sort: (flow) => flow.label,
    cell: (flow) => (
      <span className="inline-flex items-center gap-1.5">
        {flow.broker && <BrokerBadge broker={flow.broker} />}
        {flow.label}
      </span>
    ),
  },
  {
    key: "source",
    label: t("portfolio:flows.source"),
    left: true,
    sort: (flow) => told("sources", flow.source),
    cell: (flow) => <Tag>{told("sources", flow.source)}</Tag>,
  },
  {
    key: "state",
    label: t("portfolio:flows.state"),
    left: true,
    sort: (flow) => told("states", flow.state),
    cell: (flow) => (
      <StateWord tone={flow.state === "open" ? "warning" : "quiet"}>{told("states", flow.state)}</StateWord>
    ),
  },
  {
    key: "note",
    label: t("portfolio:flows.note"),
    left: true,
    from: "lg",
    sort: (flow) => flow.note,
    cell: (flow) => <span className="block max-w-72 truncate">{flow.note}</span>,
  },
  {
    key: "amount",
    label: t("portfolio:flows.amount"),
    sort: (flow) => money.parse(flow.amount),
    cell: (flow) => <Amount value={flow.amount} sign />,
  },
];

interface ActionsProps {
  flow: CashFlow;
  onEdit: (flow: CashFlow) => void;
}

/** An inferred one is confirmed as it is, corrected, or dismissed; one that was entered is changed or removed. */
function FlowActions({ flow, onEdit }: ActionsProps) {
  const [change, changing] = useChangeFlowMutation();
  const [remove, removing] = useRemoveFlowMutation();
  const busy = changing.isLoading || removing.isLoading;
  const open = flow.state === "open";
  async function run(call: Promise<{ error?: unknown }>): Promise<void> {
    const { error } = await call;
    if (error) toast({ tone: "bad", title: t("portfolio:flows.failed"), text: inWords(problemOf(error)) });
  }
  return (
    <>
      {open && (
        <Button size="sm" disabled={busy} onClick={() => void run(change({ flowId: flow.id, flowPatch: {} }))}>
          {t("portfolio:flows.confirm")}
        </Button>
      )}
      <Button size="sm" look="ghost" disabled={busy} onClick={() => onEdit(flow)}>
        {t(open ? "portfolio:flows.correct" : "portfolio:flows.change")}
      </Button>
      <Button size="sm" look="ghost" disabled={busy} onClick={() => void run(remove({ flowId: flow.id }))}>
        {t(flow.source === "inferred" ? "portfolio:flows.dismiss" : "common:remove")}
      </Button>
    </>
  );
}

function FlowCard({ flow, onEdit }: ActionsProps) {
  return (
    <div className="px-4 py-2.5">
      <div className="flex items-baseline justify-between gap-3">
        <span className="text-base font-medium">
          <Amount value={flow.amount} sign />
        </span>
        <span className="text-xs text-faint">{dayName(flow.day)}</span>
      </div>
      <div className="flex flex-wrap items-center gap-1.5 text-xs text-quiet">
        {flow.broker && <BrokerBadge broker={flow.broker} />}
        {flow.label}
        <Tag>{told("sources", flow.source)}</Tag>
        {flow.state === "open" && <StateWord tone="warning">{told("states", flow.state)}</StateWord>}
        {flow.note && <span className="basis-full">{flow.note}</span>}
      </div>
      <div className="mt-1 flex flex-wrap gap-2">
        <FlowActions flow={flow} onEdit={onEdit} />
      </div>
    </div>
  );
}

export function CashFlows({ accounts, broker }: { accounts: readonly Account[]; broker: string | undefined }) {
  const columns = useMemo(flowColumns, []);
  const { data, error, refetch } = useListFlowsQuery({});
  const [editing, setEditing] = useState<CashFlow | "new" | null>(null);
  const actions = useMemo(() => (flow: CashFlow) => <FlowActions flow={flow} onEdit={setEditing} />, []);
  const rows = useMemo(() => data?.items.filter((flow) => !broker || flow.broker === broker), [data, broker]);
  const open = rows?.filter((flow) => flow.state === "open").length ?? 0;
  return (
    <section aria-labelledby="flows" className="border-t border-line pt-3">
      <div className="flex items-center justify-between gap-3 px-4 pb-2">
        <h2 id="flows" className="text-base font-semibold">
          {t("portfolio:flows.title")}
        </h2>
        <Button size="sm" disabled={accounts.length === 0} onClick={() => setEditing("new")}>
          <Plus className="size-3.5" aria-hidden="true" /> {t("portfolio:flows.add")}
        </Button>
      </div>
      {open > 0 && (
        <Notice tone="warning" className="mx-4 mb-2">
          {t("portfolio:flows.open_about", { count: open })}
        </Notice>
      )}
      {error ? (
        <Notice tone="bad" className="mx-4" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      ) : !rows ? (
        <Waiting rows={3} />
      ) : (
        <Grid
          id="cash-flows"
          label={t("portfolio:flows.title")}
          columns={columns}
          rows={rows}
          rowId={idOf}
          name={nameOf}
          find={textOf}
          first={first}
          actions={actions}
          card={(flow) => <FlowCard flow={flow} onEdit={setEditing} />}
          empty={<Empty title={t("portfolio:flows.none")}>{t("portfolio:flows.none_about")}</Empty>}
        />
      )}
      {editing && (
        <FlowSheet accounts={accounts} flow={editing === "new" ? null : editing} onClose={() => setEditing(null)} />
      )}
    </section>
  );
}
