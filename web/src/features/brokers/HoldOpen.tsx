// Asks why and until when nothing new shall go to a broker.
import "@/text/rooms/brokers";
import { useState } from "react";
import { inWords, problemOf } from "@/api";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field } from "@/components/field";
import { Notice } from "@/components/surface";
import { t } from "@/text";

const LEAST = 3; // letters of a reason
const MOST = 200;

interface Props {
  title: string;
  about: string;
  busy: boolean;
  error: unknown;
  /** Whole, as the server takes it; `until` with its offset, or null: until somebody closes it. */
  onHold: (body: { reason: string; until: string | null }) => void;
  onClose: () => void;
}

export function HoldOpen({ title, about, busy, error, onHold, onClose }: Props) {
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState("");
  const problem = error ? problemOf(error) : null;
  const at = (field: string): string | null => (problem?.field === field ? inWords(problem) : null);

  function submit(event: React.FormEvent): void {
    event.preventDefault();
    onHold({ reason: reason.trim(), until: until ? `${until}:00+05:30` : null });
  }

  return (
    <Dialog open onClose={onClose} title={title}>
      <form noValidate onSubmit={submit} className="flex flex-col gap-4 overflow-y-auto p-4">
        <p className="text-quiet">{about}</p>
        {problem && !["reason", "until"].includes(problem.field ?? "") && (
          <Notice tone="bad">{inWords(problem)}</Notice>
        )}
        <Field
          label={t("brokers:hold.reason")}
          autoFocus
          maxLength={MOST}
          value={reason}
          error={at("reason")}
          onChange={(event) => setReason(event.target.value)}
        />
        <Field
          type="datetime-local"
          label={t("brokers:hold.until")}
          hint={t("brokers:hold.until_hint")}
          value={until}
          error={at("until")}
          onChange={(event) => setUntil(event.target.value)}
        />
        <div className="flex flex-wrap gap-2">
          <Button
            look="danger"
            type="submit"
            disabled={busy || reason.trim().length < LEAST}
            why={t("brokers:hold.reason_missing")}
          >
            {t("brokers:hold.open")}
          </Button>
          <Button onClick={onClose}>{t("common:cancel")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
