// The fields a broker's login asks for, as the catalogue describes them; the configured app is offered first.
import { useState } from "react";
import { type Broker, inWords, type Problem } from "@/api";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { Notice } from "@/components/surface";

interface Props {
  broker: Broker;
  busy: boolean;
  problem: Problem | null;
  action: string;
  onSubmit: (credentials: Record<string, string>) => void;
}

export function CredentialsForm({ broker, busy, problem, action, onSubmit }: Props) {
  const { login } = broker;
  const [values, setValues] = useState<Record<string, string>>({});
  const [tried, setTried] = useState(false);
  const [ownApp, setOwnApp] = useState(!login.app_configured);
  const shown = ownApp ? login.fields : [];
  const missing = shown.filter((field) => field.required && !values[field.name]?.trim());

  const oneWay = shown.length > 1 && shown.every((field) => !field.required);

  function submit(event: React.FormEvent): void {
    event.preventDefault();
    setTried(true);
    if (missing.length > 0 && !login.app_configured) return;
    const filled = shown.flatMap((field) => {
      const value = values[field.name]?.trim();
      return value ? [[field.name, value]] : [];
    });
    onSubmit(Object.fromEntries(filled));
  }

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4">
      {problem && !problem.field && <Notice tone="bad">{inWords(problem)}</Notice>}
      {login.app_configured && (
        <label className="flex items-center gap-2 max-md:min-h-11">
          <input
            type="checkbox"
            className="size-4 accent-(--accent)"
            checked={!ownApp}
            onChange={(event) => setOwnApp(!event.target.checked)}
          />
          {login.kind === "redirect"
            ? "Use the app this server is set up with"
            : "Use the keys this server is set up with"}
        </label>
      )}
      {oneWay && <p className="text-quiet">Fill in one way to log in; the notes say which fields go together.</p>}
      {shown.map((field) => (
        <Field
          key={field.name}
          label={field.required || oneWay ? field.label : `${field.label} (optional)`}
          type={field.secret ? "password" : "text"}
          autoComplete="off"
          spellCheck={false}
          hint={field.help ?? undefined}
          value={values[field.name] ?? ""}
          error={
            problem?.field?.endsWith(field.name)
              ? inWords(problem)
              : tried && missing.includes(field)
                ? `${field.label} is needed`
                : null
          }
          onChange={(event) => setValues({ ...values, [field.name]: event.target.value })}
        />
      ))}
      <p className="text-xs text-faint">
        {login.kind === "redirect"
          ? "You log in on the broker's own page and come back here. Keys and tokens are encrypted at rest and never shown again."
          : "Keys and tokens are encrypted at rest and never shown again."}
        {broker.expires_daily_at && ` The session ends each day at ${broker.expires_daily_at} IST.`}
      </p>
      <Button
        type="submit"
        look="primary"
        size="lg"
        disabled={busy}
        why="Waiting for the answer"
        className="self-start"
      >
        {busy ? "One moment…" : action}
      </Button>
    </form>
  );
}
