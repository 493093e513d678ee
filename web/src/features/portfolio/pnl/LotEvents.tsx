// Splits, bonuses and what contracts ended at: no broker tells a program of them, so they are told here, once.
import "@/text/rooms/pnl";
import { Plus } from "lucide-react";
import { useMemo, useState } from "react";
import {
  inWords,
  type LotEvent,
  problemOf,
  useGetPortfolioQuery,
  useListLotEventsQuery,
  useTellLotEventMutation,
  useWithdrawLotEventMutation,
} from "@/api";
import { Button } from "@/components/button";
import { Field, Segmented } from "@/components/field";
import { type Column, Grid } from "@/components/grid";
import { Sheet } from "@/components/sheet";
import { Empty, Notice, Waiting } from "@/components/surface";
import { toast } from "@/components/toasts";
import * as money from "@/lib/money";
import { dayName, istDay } from "@/lib/time";
import { t } from "@/text";

type Names = ReadonlyMap<string, string>;

const idOf = (event: LotEvent) => event.id;
const first = { key: "on", descending: true };
const subjectOf = (event: LotEvent, names: Names): string =>
  event.instrument ?? (event.isin ? (names.get(event.isin) ?? event.isin) : "");
const whatOf = (event: LotEvent): string =>
  event.kind === "settlement"
    ? t("portfolio:events.settled_at", { price: money.price(event.price) })
    : t(`portfolio:events.ratio_${event.kind}`, { new: event.new, old: event.old });

const eventColumns = (names: Names): Column<LotEvent>[] => [
  {
    key: "on",
    label: t("portfolio:events.day"),
    left: true,
    sort: (event) => event.on,
    cell: (event) => dayName(event.on),
  },
  {
    key: "subject",
    label: t("portfolio:columns.instrument"),
    left: true,
    sort: (event) => subjectOf(event, names),
    cell: (event) => <span className="font-medium">{subjectOf(event, names)}</span>,
  },
  {
    key: "kind",
    label: t("portfolio:events.kind"),
    left: true,
    sort: (event) => t(`portfolio:events.kinds.${event.kind}`),
    cell: (event) => t(`portfolio:events.kinds.${event.kind}`),
  },
  { key: "what", label: t("portfolio:events.what"), left: true, sort: whatOf, cell: whatOf },
];

function Withdraw({ event }: { event: LotEvent }) {
  const [withdraw, { isLoading }] = useWithdrawLotEventMutation();
  async function run(): Promise<void> {
    const { error } = await withdraw({ eventId: event.id });
    if (error) toast({ tone: "bad", title: t("portfolio:flows.failed"), text: inWords(problemOf(error)) });
  }
  return (
    <Button size="sm" look="ghost" disabled={isLoading} onClick={() => void run()}>
      {t("portfolio:events.withdraw")}
    </Button>
  );
}
const withdrawOf = (event: LotEvent) => <Withdraw event={event} />;

export function LotEvents() {
  const { data, error, refetch } = useListLotEventsQuery();
  const { data: portfolio } = useGetPortfolioQuery();
  const [telling, setTelling] = useState(false);
  const names = useMemo<Names>(
    () => new Map(portfolio?.holdings.flatMap((line) => (line.isin ? [[line.isin, line.symbol]] : []))),
    [portfolio],
  );
  const columns = useMemo(() => eventColumns(names), [names]);
  const name = useMemo(() => (event: LotEvent) => `${subjectOf(event, names)} ${whatOf(event)}`, [names]);
  if (error) {
    return (
      <Notice tone="bad" className="mx-4" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
        {inWords(problemOf(error))}
      </Notice>
    );
  }
  if (!data) return <Waiting rows={3} />;
  const tell = (
    <Button size="sm" onClick={() => setTelling(true)}>
      <Plus className="size-3.5" aria-hidden="true" /> {t("portfolio:events.tell")}
    </Button>
  );
  return (
    <>
      <p className="max-w-2xl px-4 pb-3 text-quiet">{t("portfolio:events.about")}</p>
      <Grid
        id="lot-events"
        label={t("pnl:tabs.events")}
        columns={columns}
        rows={data.items}
        rowId={idOf}
        name={name}
        find={name}
        first={first}
        actions={withdrawOf}
        tools={data.items.length > 0 && tell}
        card={(event) => (
          <div className="flex items-center justify-between gap-3 px-4 py-2">
            <span className="min-w-0">
              <span className="block font-medium">{subjectOf(event, names)}</span>
              <span className="block text-xs text-quiet">{whatOf(event)}</span>
              <span className="block text-xs text-faint">{dayName(event.on)}</span>
            </span>
            <Withdraw event={event} />
          </div>
        )}
        empty={
          <Empty title={t("portfolio:events.none")} action={tell}>
            {t("portfolio:events.none_about")}
          </Empty>
        }
      />
      {telling && <TellSheet names={names} onClose={() => setTelling(false)} />}
    </>
  );
}

type Kind = LotEvent["kind"];
const kinds: readonly Kind[] = ["split", "bonus", "settlement"];

function TellSheet({ names, onClose }: { names: Names; onClose: () => void }) {
  const [kind, setKind] = useState<Kind>("split");
  const [on, setOn] = useState(istDay(Date.now()));
  const [isin, setIsin] = useState("");
  const [becomes, setBecomes] = useState("");
  const [fresh, setFresh] = useState("");
  const [old, setOld] = useState("1");
  const [instrument, setInstrument] = useState("");
  const [price, setPrice] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  const [tell, { isLoading }] = useTellLotEventMutation();
  const count = (text: string) => (/^\d+$/.test(text.trim()) ? Number(text) : null);

  async function save(): Promise<void> {
    const ended = money.parse(price);
    const { error } = await tell({
      lotEventIn:
        kind === "settlement"
          ? { kind, on, instrument: instrument.trim(), price: ended === null ? null : money.exact(ended) }
          : { kind, on, isin: isin.trim(), new: count(fresh), old: count(old), becomes: becomes.trim() || null },
    });
    if (error) setRefused(inWords(problemOf(error)));
    else onClose();
  }

  return (
    <Sheet
      open
      onClose={onClose}
      title={t("portfolio:events.tell")}
      footer={
        <div className="flex gap-2">
          <Button look="ghost" onClick={onClose}>
            {t("common:cancel")}
          </Button>
          <Button look="primary" type="submit" form="lot-event" className="flex-1" disabled={isLoading}>
            {t("common:save")}
          </Button>
        </div>
      }
    >
      <form
        id="lot-event"
        className="flex flex-col gap-3 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {refused && <Notice tone="bad">{refused}</Notice>}
        <Segmented
          label={t("portfolio:events.kind")}
          value={kind}
          onChange={setKind}
          choices={kinds.map((value) => ({ value, label: t(`portfolio:events.kinds.${value}`) }))}
        />
        {kind === "settlement" ? (
          <>
            <Field
              label={t("portfolio:events.contract")}
              hint={t("portfolio:events.contract_hint")}
              value={instrument}
              onChange={(event) => setInstrument(event.target.value)}
            />
            <Field
              label={t("portfolio:events.price")}
              hint={t("portfolio:events.price_hint")}
              inputMode="decimal"
              value={price}
              onChange={(event) => setPrice(event.target.value)}
            />
          </>
        ) : (
          <>
            <Field
              label={t("portfolio:events.isin")}
              hint={names.get(isin.trim()) ?? t("portfolio:events.isin_hint")}
              list="held-isins"
              maxLength={12}
              value={isin}
              onChange={(event) => setIsin(event.target.value.toUpperCase())}
            />
            <datalist id="held-isins">
              {[...names].map(([value, symbol]) => (
                <option key={value} value={value} label={symbol} />
              ))}
            </datalist>
            <div className="grid grid-cols-2 gap-3">
              <Field
                label={t(`portfolio:events.new_${kind}`)}
                inputMode="numeric"
                value={fresh}
                onChange={(event) => setFresh(event.target.value)}
              />
              <Field
                label={t(`portfolio:events.old_${kind}`)}
                inputMode="numeric"
                value={old}
                onChange={(event) => setOld(event.target.value)}
              />
            </div>
            {kind === "split" && (
              <Field
                label={t("portfolio:events.becomes")}
                hint={t("portfolio:events.becomes_hint")}
                maxLength={12}
                value={becomes}
                onChange={(event) => setBecomes(event.target.value.toUpperCase())}
              />
            )}
          </>
        )}
        <Field
          label={t(kind === "settlement" ? "portfolio:events.day" : "portfolio:events.ex_date")}
          type="date"
          max={istDay(Date.now())}
          value={on}
          onChange={(event) => setOn(event.target.value)}
        />
      </form>
    </Sheet>
  );
}
