// The fields a broker's login asks for, as the catalogue describes them; the configured app is offered first.
import "@/text/rooms/brokers";
import { useState } from "react";
import { type Broker, inWords, type Problem } from "@/api";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { Notice } from "@/components/surface";
import { t } from "@/text";

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
          {t(login.kind === "redirect" ? "brokers:credentials.server_app" : "brokers:credentials.server_keys")}
        </label>
      )}
      {oneWay && <p className="text-quiet">{t("brokers:credentials.one_way")}</p>}
      {shown.map((field) => (
        <Field
          key={field.name}
          label={field.required || oneWay ? field.label : t("brokers:credentials.optional", { label: field.label })}
          type={field.secret ? "password" : "text"}
          autoComplete="off"
          spellCheck={false}
          hint={field.help ?? undefined}
          value={values[field.name] ?? ""}
          error={
            problem?.field?.endsWith(field.name)
              ? inWords(problem)
              : tried && missing.includes(field)
                ? t("brokers:credentials.needed", { label: field.label })
                : null
          }
          onChange={(event) => setValues({ ...values, [field.name]: event.target.value })}
        />
      ))}
      <p className="text-xs text-faint">
        {t(login.kind === "redirect" ? "brokers:credentials.redirect" : "brokers:credentials.sealed")}
        {broker.expires_daily_at && ` ${t("brokers:credentials.ends_daily", { time: broker.expires_daily_at })}`}
      </p>
      <Button
        type="submit"
        look="primary"
        size="lg"
        disabled={busy}
        why={t("brokers:credentials.waiting")}
        className="self-start"
      >
        {busy ? t("brokers:credentials.moment") : action}
      </Button>
    </form>
  );
}
