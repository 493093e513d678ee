// What an account pays otherwise than its broker's list: routing and the calculator go by it.
import { useState } from "react";
import { type Account, type FeePlan, inWords, problemOf, useGetFeesQuery, useSetFeesMutation } from "@/api";
import { Button } from "@/components/button";
import { Field, Segmented, Select } from "@/components/field";
import { Notice, Waiting } from "@/components/surface";
import { toast } from "@/components/toasts";
import * as money from "@/lib/money";

const yesNo = [
  { value: "no", label: "No" },
  { value: "yes", label: "Yes" },
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
      return setMistake("Rupees an order, for example 10; empty for the broker's list");
    }
    setMistake(null);
    const { plan, woman_first_holder, in_debit, taxed, stamp_in_rupees } = own;
    const per_order = amount === null ? null : money.toWire(amount);
    const feePlanIn = { plan, per_order, woman_first_holder, in_debit, taxed, stamp_in_rupees };
    try {
      await save({ accountId: account.id, feePlanIn }).unwrap();
      toast({ tone: "good", title: `Fees of ${account.label} are kept` });
      onDone();
    } catch (_shownBelow) {
      // The problem stands in the form.
    }
  }

  return (
    <form
      aria-label={`Fees of ${account.label}`}
      className="mt-3 grid max-w-2xl gap-4 rounded-md border border-line p-4 md:grid-cols-2"
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
    >
      <p className="text-xs text-faint md:col-span-2">
        Only what differs from {account.name}'s list. Orders are compared by it from now on.
      </p>
      {known.plans.length > 0 && (
        <Select label="Plan" value={own.plan} onChange={(event) => change({ plan: event.target.value })}>
          <option value="">Standard</option>
          {known.plans.map((plan) => (
            <option key={plan} value={plan}>
              {plan.charAt(0).toUpperCase() + plan.slice(1)}
            </option>
          ))}
        </Select>
      )}
      <Field
        label="Rupees an order"
        inputMode="decimal"
        autoComplete="off"
        value={perOrder}
        error={mistake}
        hint="In place of the list's flat fee or cap"
        onChange={(event) => setPerOrder(event.target.value)}
      />
      <YesNo
        label="A woman is the first holder"
        value={own.woman_first_holder}
        onChange={(woman_first_holder) => change({ woman_first_holder })}
      />
      <YesNo label="The account owes cash" value={own.in_debit} onChange={(in_debit) => change({ in_debit })} />
      {problem && (
        <Notice tone="bad" className="md:col-span-2">
          {inWords(problem)}
        </Notice>
      )}
      <div className="flex gap-2 md:col-span-2">
        <Button type="submit" look="primary" disabled={saving.isLoading}>
          Keep
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}

export function OwnFees({ account, onDone }: { account: Account; onDone: () => void }) {
  const { data, error } = useGetFeesQuery({ accountId: account.id }, { refetchOnMountOrArgChange: true });
  if (error) {
    return (
      <Notice tone="bad" className="mt-3">
        {inWords(problemOf(error))}
      </Notice>
    );
  }
  return data ? <Form account={account} known={data} onDone={onDone} /> : <Waiting rows={2} />;
}
