// A broker's tradebook brought in: first what the file has and what is wrong with it, then, with a word, the trades.
import "@/text/rooms/pnl";
import { useState } from "react";
import { type Account, type ImportedTrades, inWords, problemOf } from "@/api";
import { useImportFileMutation } from "@/api/history";
import { Button } from "@/components/button";
import { Select } from "@/components/field";
import { Sheet } from "@/components/sheet";
import { Notice } from "@/components/surface";
import { toast } from "@/components/toasts";
import * as money from "@/lib/money";
import { dayName } from "@/lib/time";
import { t } from "@/text";

interface Props {
  accounts: readonly Account[];
  account: string | undefined;
  onClose: () => void;
}

export function ImportSheet({ accounts, account, onClose }: Props) {
  const [chosen, setChosen] = useState(account ?? accounts[0]?.id ?? "");
  const [file, setFile] = useState<File | null>(null);
  const [preview, setPreview] = useState<ImportedTrades | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const [bringIn, { isLoading }] = useImportFileMutation();

  function reset(): void {
    setPreview(null);
    setRefused(null);
  }

  async function send(commit: boolean): Promise<void> {
    if (!file) return;
    setRefused(null);
    const { data, error } = await bringIn({ account: chosen, commit, file });
    if (error) return setRefused(inWords(problemOf(error)));
    if (!data) return;
    if (!data.committed) return setPreview(data);
    toast({ tone: "good", title: t("portfolio:import.done", { count: data.new, trades: money.quantity(data.new) }) });
    onClose();
  }

  const usable = preview !== null && preview.refused_count === 0 && preview.new > 0;
  const why = !file
    ? t("portfolio:import.no_file")
    : preview && preview.refused_count > 0
      ? t("portfolio:import.whole_or_not")
      : preview && preview.new === 0
        ? t("portfolio:import.nothing_new")
        : null;
  return (
    <Sheet
      open
      onClose={onClose}
      desk="panel"
      title={t("pnl:import")}
      footer={
        <div className="flex gap-2">
          <Button look="ghost" onClick={onClose}>
            {t("common:cancel")}
          </Button>
          {preview ? (
            <Button
              look="primary"
              className="flex-1"
              disabled={!usable || isLoading}
              why={why}
              onClick={() => void send(true)}
            >
              {t("portfolio:import.commit", { count: preview.new, trades: money.quantity(preview.new) })}
            </Button>
          ) : (
            <Button
              look="primary"
              className="flex-1"
              disabled={!file || isLoading}
              why={why}
              onClick={() => void send(false)}
            >
              {t("portfolio:import.look")}
            </Button>
          )}
        </div>
      }
    >
      <div className="flex flex-col gap-4 p-4">
        <p className="text-quiet">{t("portfolio:import.about")}</p>
        <Select
          label={t("portfolio:flows.account")}
          value={chosen}
          onChange={(event) => {
            setChosen(event.target.value);
            reset();
          }}
        >
          {accounts.map((each) => (
            <option key={each.id} value={each.id}>
              {each.label}
            </option>
          ))}
        </Select>
        <div>
          <label htmlFor="tradebook" className="mb-1 block text-xs text-quiet">
            {t("portfolio:import.file")}
          </label>
          <input
            id="tradebook"
            type="file"
            accept=".csv,.txt,text/csv,text/plain"
            className="w-full text-sm file:mr-3 file:h-8 file:rounded-md file:border file:border-solid file:border-edge file:bg-ground file:px-3 file:text-ink max-md:file:h-11"
            onChange={(event) => {
              setFile(event.target.files?.[0] ?? null);
              reset();
            }}
          />
        </div>
        {refused && <Notice tone="bad">{refused}</Notice>}
        {preview && <Preview told={preview} />}
      </div>
    </Sheet>
  );
}

function Preview({ told }: { told: ImportedTrades }) {
  const counts = [
    ["new", told.new],
    ["known", told.known],
    ["untraded", told.untraded],
    ["refused", told.refused_count],
  ] as const;
  return (
    <section aria-label={t("portfolio:import.preview")} aria-live="polite">
      <p className="font-medium">{t("portfolio:import.format", { format: told.format })}</p>
      {!told.verified && <p className="text-xs text-warning">{t("portfolio:import.unverified")}</p>}
      {told.first && told.last && (
        <p className="text-xs text-quiet">
          {t("portfolio:import.days", { first: dayName(told.first), last: dayName(told.last) })}
        </p>
      )}
      <dl className="mt-2 grid grid-cols-2 gap-x-6 gap-y-1">
        {counts.map(([key, count]) => (
          <div key={key} className="flex justify-between gap-2">
            <dt className="text-quiet">{t(`portfolio:import.counts.${key}`)}</dt>
            <dd className={key === "refused" && count > 0 ? "font-medium text-loss" : "font-medium"}>
              {money.quantity(count)}
            </dd>
          </div>
        ))}
      </dl>
      {told.refused_count > 0 && (
        <>
          <p className="mt-3 text-quiet">{t("portfolio:import.whole_or_not")}</p>
          <table className="mt-1 w-full text-xs" aria-label={t("portfolio:import.refused")}>
            <thead className="text-faint">
              <tr>
                <th scope="col" className="h-7 pr-2 text-right">
                  {t("portfolio:import.line")}
                </th>
                <th scope="col" className="pr-2 text-left">
                  {t("portfolio:import.cell")}
                </th>
                <th scope="col" className="text-left">
                  {t("portfolio:import.rule")}
                </th>
              </tr>
            </thead>
            <tbody>
              {told.refused.map((row) => (
                <tr key={`${row.line} ${row.column}`} className="border-t border-line align-top">
                  <td className="py-1 pr-2 text-right">{row.line}</td>
                  <td className="py-1 pr-2">
                    {row.column}
                    <span className="block break-all text-faint">{row.value}</span>
                  </td>
                  <td className="py-1">{row.rule}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  );
}
