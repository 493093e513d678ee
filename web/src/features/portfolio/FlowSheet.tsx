// One payment in or out: entered, or corrected, which also confirms one that was inferred.
import { useState } from "react";
import { type Account, type CashFlow, inWords, problemOf } from "@/api";
import { useAddFlowMutation, useChangeFlowMutation } from "@/api/past";
import { Button } from "@/components/button";
import { Field, Segmented, Select } from "@/components/field";
import { Sheet } from "@/components/sheet";
import { Notice } from "@/components/surface";
import * as money from "@/lib/money";
import { istDay } from "@/lib/time";
import { t } from "@/text";

interface Props {
  accounts: readonly Account[];
  /** The one to change; a new one when null. */
  flow: CashFlow | null;
  onClose: () => void;
}

type Way = "in" | "out";

const before = (flow: CashFlow | null) => {
  const amount = money.parse(flow?.amount);
  const out = amount !== null && money.isNegative(amount);
  return {
    way: (out ? "out" : "in") as Way,
    text: amount === null ? "" : money.toWire(out ? money.negate(amount) : amount),
  };
};

export function FlowSheet({ accounts, flow, onClose }: Props) {
  const [account, setAccount] = useState(flow?.account ?? accounts[0]?.id ?? "");
  const [way, setWay] = useState<Way>(before(flow).way);
  const [text, setText] = useState(before(flow).text);
  const [day, setDay] = useState(flow?.day ?? istDay(Date.now()));
  const [note, setNote] = useState(flow?.note ?? "");
  const [mistake, setMistake] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const [add, adding] = useAddFlowMutation();
  const [change, changing] = useChangeFlowMutation();

  async function save(): Promise<void> {
    const amount = money.parse(text);
    if (amount === null || amount <= 0n) return setMistake(t("portfolio:flows.amount_wrong"));
    setMistake(null);
    const wire = money.toWire(way === "in" ? amount : money.negate(amount));
    const answer = flow
      ? await change({ flowId: flow.id, flowPatch: { day, amount: wire, note } })
      : await add({ flowIn: { account, day, amount: wire, note } });
    if (answer.error) setRefused(inWords(problemOf(answer.error)));
    else onClose();
  }

  return (
    <Sheet
      open
      onClose={onClose}
      title={t(flow ? "portfolio:flows.change_title" : "portfolio:flows.add")}
      footer={
        <div className="flex gap-2">
          <Button look="ghost" onClick={onClose}>
            {t("common:cancel")}
          </Button>
          <Button
            look="primary"
            type="submit"
            form="flow"
            className="flex-1"
            disabled={adding.isLoading || changing.isLoading}
          >
            {t("common:save")}
          </Button>
        </div>
      }
    >
      <form
        id="flow"
        className="flex flex-col gap-3 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {refused && <Notice tone="bad">{refused}</Notice>}
        {!flow && (
          <Select
            label={t("portfolio:flows.account")}
            value={account}
            onChange={(event) => setAccount(event.target.value)}
          >
            {accounts.map((each) => (
              <option key={each.id} value={each.id}>
                {each.label}
              </option>
            ))}
          </Select>
        )}
        <Segmented
          label={t("portfolio:flows.way")}
          value={way}
          onChange={setWay}
          choices={[
            { value: "in", label: t("portfolio:flows.in") },
            { value: "out", label: t("portfolio:flows.out") },
          ]}
        />
        <Field
          label={t("portfolio:flows.amount_in_rupees")}
          inputMode="decimal"
          value={text}
          error={mistake}
          onChange={(event) => setText(event.target.value)}
        />
        <Field
          label={t("portfolio:flows.day_ist")}
          type="date"
          value={day}
          max={istDay(Date.now())}
          onChange={(event) => setDay(event.target.value)}
        />
        <Field
          label={t("portfolio:flows.note")}
          value={note}
          maxLength={200}
          onChange={(event) => setNote(event.target.value)}
        />
      </form>
    </Sheet>
  );
}
