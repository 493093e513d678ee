// A lost password: a letter with a link, and the same words whether or not somebody has the e-mail.
import "@/text/rooms/security";
import { useState } from "react";
import { inWords, problemOf, useAskForResetMutation } from "@/api";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { Notice } from "@/components/surface";
import { t } from "@/text";
import { SignFrame } from "./SignFrame";

export function ForgotPage() {
  const [email, setEmail] = useState("");
  const [ask, asking] = useAskForResetMutation();
  const problem = asking.error ? problemOf(asking.error) : null;

  function submit(event: React.FormEvent): void {
    event.preventDefault();
    void ask({ forgotIn: { email } });
  }

  return (
    <SignFrame title={t("security:forgot.title")}>
      {asking.isSuccess ? (
        <Notice>{t("security:forgot.sent", { email })}</Notice>
      ) : (
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
      )}
    </SignFrame>
  );
}
