// One's e-mail: whether it is confirmed, and a new one, which counts once its link was followed.
import "@/text/rooms/security";
import { useState } from "react";
import { inWords, problemOf, type Security } from "@/api";
import { useChangeEmailMutation, useVerifyEmailMutation } from "@/api/person";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { Notice } from "@/components/surface";
import { toast } from "@/components/toasts";
import { t } from "@/text";

export function EmailForm({ security }: { security: Security }) {
  const [email, setEmail] = useState("");
  const [change, changing] = useChangeEmailMutation();
  const [verify, verifying] = useVerifyEmailMutation();
  const error = changing.error ?? verifying.error;
  const problem = error ? problemOf(error) : null;
  const told = (to: string) => toast({ tone: "good", title: t("security:email.sent", { email: to }) });

  async function submit(event: React.FormEvent): Promise<void> {
    event.preventDefault();
    if ("error" in (await change({ emailIn: { email } }))) return;
    told(email);
    setEmail("");
  }

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-3">
      <p>
        {security.email}
        <span className={security.email_verified ? "text-gain" : "text-quiet"}>
          {` · ${t(security.email_verified ? "security:email.confirmed" : "security:email.not_confirmed")}`}
        </span>
      </p>
      {problem && problem.field !== "email" && problem.code !== "step_up_needed" && (
        <Notice tone="bad">{inWords(problem)}</Notice>
      )}
      {!security.email_verified && (
        <Button
          className="self-start"
          disabled={verifying.isLoading}
          onClick={async () => {
            if (!("error" in (await verify()))) told(security.email);
          }}
        >
          {t("security:email.confirm")}
        </Button>
      )}
      <Field
        label={t("security:email.new")}
        type="email"
        inputMode="email"
        autoComplete="email"
        hint={t("security:email.about")}
        value={email}
        error={problem?.field === "email" ? inWords(problem) : null}
        onChange={(event) => setEmail(event.target.value)}
      />
      <Button type="submit" className="self-start" disabled={!email || changing.isLoading}>
        {t("security:email.change")}
      </Button>
    </form>
  );
}
