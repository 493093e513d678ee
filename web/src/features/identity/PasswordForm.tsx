// A new password for the old one, or a first one; every other login ends.
import "@/text/rooms/security";
import { useState } from "react";
import { inWords, problemOf, type Security } from "@/api";
import { useChangePasswordMutation } from "@/api/person";
import { Button } from "@/components/button";
import { Notice } from "@/components/surface";
import { toast } from "@/components/toasts";
import { t } from "@/text";
import { NewPasswordField, PasswordField } from "./PasswordField";

export function PasswordForm({ security }: { security: Security }) {
  const [before, setBefore] = useState("");
  const [after, setAfter] = useState("");
  const [change, changing] = useChangePasswordMutation();
  const problem = changing.error ? problemOf(changing.error) : null;

  async function submit(event: React.FormEvent): Promise<void> {
    event.preventDefault();
    const { data } = await change({ passwordIn: { old_password: before, new_password: after } });
    if (!data) return;
    setBefore("");
    setAfter("");
    toast({
      tone: "good",
      title: t("security:password_changed"),
      text: data.ended > 0 ? t("security:password_ended", { count: data.ended }) : undefined,
    });
  }

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-3">
      {problem && !problem.field && problem.code !== "step_up_needed" && <Notice tone="bad">{inWords(problem)}</Notice>}
      {security.has_password ? (
        <PasswordField
          label={t("security:password_old")}
          autoComplete="current-password"
          value={before}
          error={problem?.field === "old_password" ? inWords(problem) : null}
          onChange={(event) => setBefore(event.target.value)}
        />
      ) : (
        <p className="text-quiet">{t("security:password_none")}</p>
      )}
      <NewPasswordField
        label={t("security:password_new")}
        of={{ email: security.email }}
        value={after}
        error={problem?.field === "new_password" ? inWords(problem) : null}
        onChange={(event) => setAfter(event.target.value)}
      />
      <Button
        type="submit"
        className="self-start"
        disabled={!after || (security.has_password && !before) || changing.isLoading}
      >
        {t(security.has_password ? "security:password_change" : "security:password_set")}
      </Button>
    </form>
  );
}
