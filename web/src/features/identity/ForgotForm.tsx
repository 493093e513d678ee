// Asks for the letter with which one sets a new password.
import "@/text/rooms/security";
import { useState } from "react";
import { inWords, problemOf } from "@/api";
import { useAskForResetMutation } from "@/api/person";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { Notice } from "@/components/surface";
import { t } from "@/text";

export function ForgotForm() {
  const [email, setEmail] = useState("");
  const [ask, asking] = useAskForResetMutation();
  const problem = asking.error ? problemOf(asking.error) : null;

  function submit(event: React.FormEvent): void {
    event.preventDefault();
    void ask({ forgotIn: { email } });
  }

  if (asking.isSuccess) return <Notice>{t("security:forgot.sent", { email })}</Notice>;
  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4">
      <p className="text-quiet">{t("security:forgot.about")}</p>
      {problem && problem.field !== "email" && <Notice tone="bad">{inWords(problem)}</Notice>}
      <Field
        label={t("session:email")}
        type="email"
        inputMode="email"
        autoComplete="username"
        autoFocus
        value={email}
        error={problem?.field === "email" ? inWords(problem) : null}
        onChange={(event) => setEmail(event.target.value)}
      />
      <Button look="primary" size="lg" type="submit" disabled={!email || asking.isLoading}>
        {t("security:forgot.send")}
      </Button>
    </form>
  );
}
