// Deposits and withdrawals of the mock broker.
import "@/text/rooms/brokers";
import { useState } from "react";
import { type Account, inWords, problemOf } from "@/api";
import { useDepositFundsMutation, useWithdrawFundsMutation } from "@/api/brokers";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { toast } from "@/components/toasts";
import * as money from "@/lib/money";
import { t } from "@/text";

export function MoveFunds({ account, onDone }: { account: Account; onDone: () => void }) {
  const [text, setText] = useState("");
  const [mistake, setMistake] = useState<string | null>(null);
  const [deposit, depositing] = useDepositFundsMutation();
  const [withdraw, withdrawing] = useWithdrawFundsMutation();
  const busy = depositing.isLoading || withdrawing.isLoading;

  async function move(way: "deposit" | "withdraw"): Promise<void> {
    const amount = money.parse(text);
    if (amount === null || amount <= 0n) return setMistake(t("brokers:funds.mistake"));
    setMistake(null);
    try {
      await (way === "deposit" ? deposit : withdraw)({
        transferIn: { account: account.id, amount: money.toWire(amount) },
      }).unwrap();
      toast({
        tone: "good",
        title: t(way === "deposit" ? "brokers:funds.deposited" : "brokers:funds.withdrawn", {
          amount: money.rupees(amount),
          account: account.label,
        }),
      });
      onDone();
    } catch (error) {
      setMistake(inWords(problemOf(error)));
    }
  }

  return (
    <form
      className="mt-3 flex max-w-md items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        void move("deposit");
      }}
    >
      <Field
        label={t("brokers:funds.label")}
        inputMode="decimal"
        autoFocus
        className="flex-1"
        value={text}
        error={mistake}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="flex gap-2 pt-5">
        <Button type="submit" look="primary" disabled={busy}>
          {t("brokers:funds.deposit")}
        </Button>
        <Button disabled={busy} onClick={() => void move("withdraw")}>
          {t("brokers:funds.withdraw")}
        </Button>
      </div>
    </form>
  );
}
