// What a day's contract note of an account should say about the orders sent from here.
import "@/text/rooms/brokers";
import { useState } from "react";
import { type Account, inWords, problemOf } from "@/api";
import { useGetContractNoteQuery } from "@/api/brokers";
import { Field } from "@/components/field";
import { Amount } from "@/components/figures";
import { Notice } from "@/components/surface";
import { chargeItems } from "@/features/routing/candidates";
import * as money from "@/lib/money";
import { istDay } from "@/lib/time";
import { t } from "@/text";
import { Fact } from "./Session";

export function ContractNote({ account }: { account: Account }) {
  const [today] = useState(() => istDay(Date.now()));
  const [day, setDay] = useState(today);
  const { currentData, error } = useGetContractNoteQuery({ accountId: account.id, day }, { skip: !day });
  return (
    <>
      <Field
        label={t("brokers:account.note_day")}
        type="date"
        className="max-w-44"
        max={today}
        value={day}
        onChange={(event) => setDay(event.target.value)}
      />
      {error && <Notice tone="bad">{inWords(problemOf(error))}</Notice>}
      {currentData && currentData.orders === 0 && <p className="text-quiet">{t("brokers:account.note_none")}</p>}
      {currentData && currentData.orders > 0 && (
        <>
          <dl className="grid grid-cols-2 gap-x-6 gap-y-3">
            <Fact label={t("brokers:account.note_obligation")}>
              <Amount value={currentData.obligation} sign />
            </Fact>
            <Fact label={t("brokers:account.note_net")}>
              <Amount value={currentData.net} sign />
            </Fact>
          </dl>
          <table className="w-full max-w-72">
            <caption className="mb-1 text-left text-xs text-faint">
              {t("brokers:account.note_charges")} · {t("brokers:account.note_orders", { count: currentData.orders })}
            </caption>
            <tbody>
              {chargeItems
                .filter(({ key }) => (money.parse(currentData.charges[key]) ?? money.ZERO) !== 0n)
                .map(({ key, label }) => (
                  <tr key={key} className="border-b border-line">
                    <th scope="row" className="h-8 text-left font-normal text-quiet">
                      {label}
                    </th>
                    <td className="text-right">
                      <Amount value={currentData.charges[key]} />
                    </td>
                  </tr>
                ))}
            </tbody>
          </table>
        </>
      )}
    </>
  );
}
