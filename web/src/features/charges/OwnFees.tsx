// What an account pays otherwise than its broker's list: routing and the calculator go by it.
import "@/text/rooms/charges";
import { useState } from "react";
import { type Account, type FeePlan, inWords, problemOf } from "@/api";
import { useGetFeesQuery, useSetFeesMutation } from "@/api/brokers";
import { Button } from "@/components/button";
import { Field, Segmented, Select } from "@/components/field";
import { Notice, Waiting } from "@/components/surface";
import { toast } from "@/components/toasts";
import * as money from "@/lib/money";
import { t } from "@/text";

const yesNo = [
  { value: "no", label: t("charges:fees.no") },
  { value: "yes", label: t("charges:fees.yes") },
] as const;

function YesNo(props: { label: string; value: boolean; onChange: (value: boolean) => void }) {
  return (
    <Segmented
      label={props.label}
      value={props.value ? "yes" : "no"}
      choices={yesNo}
      onChange={(value) => props.onChange(value === "yes")}
    />
  );
}

function Form({ account, known, onDone }: { account: Account; known: FeePlan; onDone: () => void }) {
  const [own, setOwn] = useState(known);
  const [perOrder, setPerOrder] = useState(known.per_order ?? "");
  const [mistake, setMistake] = useState<string | null>(null);
  const [save, saving] = useSetFeesMutation();
  const problem = saving.error ? problemOf(saving.error) : null;
  const change = (part: Partial<FeePlan>) => setOwn({ ...own, ...part });

  async function keep(): Promise<void> {
    const amount = money.parse(perOrder);
    if (perOrder.trim() !== "" && (amount === null || amount < 0n)) {
      return setMistake(t("charges:fees.wrong_per_order"));
    }
    setMistake(null);
    const { plan, woman_first_holder, in_debit, taxed, stamp_in_rupees } = own;
    const per_order = amount === null ? null : money.toWire(amount);
    const feePlanIn = { plan, per_order, woman_first_holder, in_debit, taxed, stamp_in_rupees };
    try {
      await save({ accountId: account.id, feePlanIn }).unwrap();
      toast({ tone: "good", title: t("charges:fees.kept", { account: account.label }) });
      onDone();
    } catch (_shownBelow) {
      // The problem stands in the form.
    }
  }

  return (
    <form
      aria-label={t("charges:fees.of", { account: account.label })}
      className="mt-3 grid max-w-2xl gap-4 rounded-md border border-line p-4 md:grid-cols-2"
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
    >
      <p className="text-xs text-faint md:col-span-2">{t("charges:fees.about", { broker: account.name })}</p>
      {known.plans.length > 0 && (
        <Select
          label={t("charges:fees.plan")}
          value={own.plan}
          onChange={(event) => change({ plan: event.target.value })}
        >
          <option value="">{t("charges:fees.standard")}</option>
          {known.plans.map((plan) => (
            <option key={plan} value={plan}>
              {plan.charAt(0).toUpperCase() + plan.slice(1)}
            </option>
          ))}
        </Select>
      )}
      <Field
        label={t("charges:fees.per_order")}
        inputMode="decimal"
        autoComplete="off"
        value={perOrder}
        error={mistake}
        hint={t("charges:fees.per_order_hint")}
        onChange={(event) => setPerOrder(event.target.value)}
      />
      <YesNo
        label={t("charges:fees.woman")}
        value={own.woman_first_holder}
        onChange={(woman_first_holder) => change({ woman_first_holder })}
      />
      <YesNo label={t("charges:fees.in_debit")} value={own.in_debit} onChange={(in_debit) => change({ in_debit })} />
      {problem && (
        <Notice tone="bad" className="md:col-span-2">
          {inWords(problem)}
        </Notice>
      )}
      <div className="flex gap-2 md:col-span-2">
        <Button type="submit" look="primary" disabled={saving.isLoading}>
          {t("charges:fees.keep")}
        </Button>
        <Button onClick={onDone}>{t("common:cancel")}</Button>
      </div>
    </form>
  );
}

export function OwnFees({ account, onDone }: { account: Account; onDone: () => void }) {
  const [opened] = useState(() => Date.now());
  const { data, error, fulfilledTimeStamp } = useGetFeesQuery(
    { accountId: account.id },
    { refetchOnMountOrArgChange: true },
  );
  if (error) {
    return (
      <Notice tone="bad" className="mt-3">
        {inWords(problemOf(error))}
      </Notice>
    );
  }
  // As on the limits: the form starts from what stands now.
  const fresh = fulfilledTimeStamp !== undefined && fulfilledTimeStamp >= opened;
  return data && fresh ? <Form account={account} known={data} onDone={onDone} /> : <Waiting rows={2} />;
}
