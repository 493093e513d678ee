// Which broker an order goes to when it names none: the mode, the primary account, the policy.

import "@/text/rooms/settings";
import { useState } from "react";
import { inWords, type Me, problemOf, useChangeMeMutation, useGetMeQuery, useListAccountsQuery } from "@/api";
import { Field, Segmented, Select } from "@/components/field";
import { Notice, Waiting } from "@/components/surface";
import * as money from "@/lib/money";
import { setPrefs, usePrefs } from "@/lib/prefs";
import { t } from "@/text";
import { PolicyPicker } from "../PolicyPicker";
import { Group } from "./layout";

export function Trading() {
  const { data: me, error } = useGetMeQuery();
  if (error)
    return (
      <Notice tone="bad" className="m-4">
        {inWords(problemOf(error))}
      </Notice>
    );
  if (!me) return <Waiting rows={6} />;
  return <Chosen me={me} />;
}

function Chosen({ me }: { me: Me }) {
  const { data: accounts } = useListAccountsQuery();
  const [change, changing] = useChangeMeMutation();
  return (
    <>
      <Group title={t("settings:mode.title")} text={t("settings:mode.about")}>
        {changing.error && <Notice tone="bad">{inWords(problemOf(changing.error))}</Notice>}
        <Segmented
          label={t("settings:mode.label")}
          value={me.mode}
          disabled={changing.isLoading}
          onChange={(mode) => change({ mePatch: { mode } })}
          choices={[
            { value: "standard", label: t("settings:mode.standard") },
            { value: "orchestrator", label: t("settings:mode.orchestrator") },
          ]}
        />
        <p className="text-quiet">
          {me.mode === "standard" ? t("settings:mode.standard_words") : t("settings:mode.orchestrator_words")}{" "}
          <span className="text-faint">{t("settings:mode.nothing_lost")}</span>
        </p>
        <Select
          label={t("settings:mode.primary")}
          value={me.primary_account ?? ""}
          disabled={changing.isLoading}
          hint={t(me.mode === "standard" ? "settings:mode.primary_used" : "settings:mode.primary_waits")}
          onChange={(event) => change({ mePatch: { primary_account: event.target.value || null } })}
        >
          <option value="">{t("settings:mode.no_primary")}</option>
          {accounts?.map((account) => (
            <option key={account.id} value={account.id}>
              {account.label}
            </option>
          ))}
        </Select>
      </Group>
      {accounts && accounts.length > 0 && (
        <Group title={t("settings:policy.title")} text={t("settings:policy.about")}>
          <PolicyPicker accounts={accounts} />
        </Group>
      )}
      <Group title={t("settings:review.title")} text={t("settings:review.about")}>
        <ReviewBelow />
      </Group>
    </>
  );
}

function ReviewBelow() {
  const { reviewSkipBelow } = usePrefs();
  const [text, setText] = useState(reviewSkipBelow === null ? "" : money.price(reviewSkipBelow));
  const [mistake, setMistake] = useState<string | null>(null);

  function keep(): void {
    const read = money.parse(text);
    const none = !text.trim();
    const wrong = !none && (read === null || read <= 0n);
    setMistake(wrong ? t("settings:limits.not_an_amount") : null);
    if (none) setPrefs({ reviewSkipBelow: null });
    else if (!wrong && read !== null) {
      setText(money.price(read));
      setPrefs({ reviewSkipBelow: money.toWire(read) });
    }
  }

  return (
    <Field
      label={t("settings:review.label")}
      inputMode="decimal"
      placeholder={t("settings:review.always")}
      value={text}
      error={mistake}
      hint={
        reviewSkipBelow === null
          ? t("settings:review.none")
          : t("settings:review.below", { amount: money.rupees(reviewSkipBelow) })
      }
      onChange={(event) => setText(event.target.value)}
      onBlur={keep}
      onKeyDown={(event) => event.key === "Enter" && keep()}
    />
  );
}
