// The form of a token, new or changed: what the program may do, within what, and the same in plain words.
import "@/text/rooms/tokens";
import { useState } from "react";
import { inWords, type NewToken, type PersonalToken, problemOf } from "@/api";
import { useChangeTokenMutation, useMakeTokenMutation } from "@/api/programs";
import { Button } from "@/components/button";
import { Check } from "@/components/check";
import { Dialog } from "@/components/dialog";
import { Field } from "@/components/field";
import { Notice } from "@/components/surface";
import { t } from "@/text";
import { type Draft, draftOf, empty, policyOf, type Scope, tokenOf } from "./draft";
import { Limits } from "./Limits";
import { canDo } from "./words";

const scopes: readonly Scope[] = ["read", "trade", "funds"];

export function MakeToken({ onMade, onClose }: { onMade: (made: NewToken) => void; onClose: () => void }) {
  const [draft, setDraft] = useState<Draft>(empty);
  const [make, { error, isLoading }] = useMakeTokenMutation();

  async function submit(): Promise<void> {
    const { data } = await make({ tokenIn: tokenOf(draft) });
    if (data) onMade(data);
  }

  return (
    <Dialog open onClose={onClose} title={t("tokens:new")}>
      <Form draft={draft} onDraft={setDraft} error={error} busy={isLoading} words={t("tokens:make")} onSubmit={submit}>
        <Field
          label={t("tokens:days")}
          type="number"
          min={1}
          max={365}
          required
          value={draft.days}
          onChange={(event) => setDraft({ ...draft, days: event.target.value })}
        />
      </Form>
    </Dialog>
  );
}

export function ChangeToken({ token, onClose }: { token: PersonalToken; onClose: () => void }) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(token));
  const [change, { error, isLoading }] = useChangeTokenMutation();

  async function submit(): Promise<void> {
    const tokenPatch = { name: draft.name.trim(), scopes: [...draft.scopes], policy: policyOf(draft) };
    const answer = await change({ tokenId: token.id, tokenPatch });
    if (!answer.error) onClose();
  }

  return (
    <Dialog open onClose={onClose} title={t("tokens:change_title", { name: token.name })}>
      <Form
        draft={draft}
        onDraft={setDraft}
        error={error}
        busy={isLoading}
        words={t("tokens:save")}
        onSubmit={submit}
      />
    </Dialog>
  );
}

interface FormProps {
  draft: Draft;
  onDraft: (draft: Draft) => void;
  error: unknown;
  busy: boolean;
  /** What its button says. */
  words: string;
  onSubmit: () => Promise<void>;
  children?: React.ReactNode;
}

function Form({ draft, onDraft, error, busy, words, onSubmit, children }: FormProps) {
  const set = (change: Partial<Draft>): void => onDraft({ ...draft, ...change });

  function submit(event: React.FormEvent): void {
    event.preventDefault();
    void onSubmit();
  }

  return (
    <form className="flex flex-col gap-4 p-4" onSubmit={submit}>
      <Field
        label={t("tokens:name")}
        hint={t("tokens:name_hint")}
        value={draft.name}
        maxLength={80}
        required
        autoFocus={draft.name === ""}
        onChange={(event) => set({ name: event.target.value })}
      />
      <fieldset>
        <legend className="mb-1 text-xs text-quiet">{t("tokens:scopes")}</legend>
        {scopes.map((scope) => (
          <Check
            key={scope}
            label={t(`tokens:scope.${scope}`)}
            checked={draft.scopes.includes(scope)}
            onChange={(on) =>
              set({ scopes: scopes.filter((one) => (one === scope ? on : draft.scopes.includes(one))) })
            }
          />
        ))}
      </fieldset>
      <Limits draft={draft} set={set} />
      {children}
      <section aria-label={t("tokens:can")} aria-live="polite" className="border-t border-line pt-3">
        <h3 className="mb-1 text-xs text-quiet">{t("tokens:can")}</h3>
        <ul>
          {canDo(draft).map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      </section>
      {error !== undefined && <Notice tone="bad">{inWords(problemOf(error))}</Notice>}
      <Button type="submit" look="primary" disabled={busy || draft.scopes.length === 0}>
        {words}
      </Button>
    </form>
  );
}
