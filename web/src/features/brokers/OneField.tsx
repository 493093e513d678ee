// One line of text about an account, saved or left.
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { t } from "@/text";

interface OneFieldProps {
  label: string;
  hint?: string;
  text: string;
  onText: (text: string) => void;
  busy: boolean;
  error: string | null;
  onSave: () => Promise<void>;
  onDone: () => void;
}

export function OneField({ label, hint, text, onText, busy, error, onSave, onDone }: OneFieldProps) {
  async function submit(event: React.FormEvent): Promise<void> {
    event.preventDefault();
    try {
      await onSave();
      onDone();
    } catch (_shownAtTheField) {
      // The mutation keeps the error.
    }
  }
  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-2">
      <Field
        label={label}
        hint={hint}
        value={text}
        error={error}
        autoFocus
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onText(event.target.value)}
      />
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={busy}>
          {t("common:save")}
        </Button>
        <Button onClick={onDone}>{t("common:cancel")}</Button>
      </div>
    </form>
  );
}
