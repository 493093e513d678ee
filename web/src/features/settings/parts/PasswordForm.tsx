// A new password for the old one; every other login ends.
import "@/text/rooms/settings";
import { useState } from "react";
import { inWords, problemOf, useChangePasswordMutation } from "@/api";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { Notice } from "@/components/surface";
import { toast } from "@/components/toasts";
import { t } from "@/text";

const LEAST = 10;

export function PasswordForm() {
  const [before, setBefore] = useState("");
  const [after, setAfter] = useState("");
  const [tried, setTried] = useState(false);
  const [change, changing] = useChangePasswordMutation();
  const problem = changing.error ? problemOf(changing.error) : null;
  const short = after.length < LEAST;

  async function submit(event: React.FormEvent): Promise<void> {
    event.preventDefault();
    setTried(true);
    if (short || !before) return;
    const { data } = await change({ passwordIn: { old_password: before, new_password: after } });
    if (!data) return;
    setBefore("");
    setAfter("");
    setTried(false);
    toast({
      tone: "good",
      title: t("settings:password.changed"),
      text: data.ended > 0 ? t("settings:devices.ended", { count: data.ended }) : undefined,
    });
  }

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-3">
      {problem && !problem.field && <Notice tone="bad">{inWords(problem)}</Notice>}
      <Field
        label={t("settings:password.old")}
        type="password"
        autoComplete="current-password"
        value={before}
        error={
          problem?.field === "old_password"
            ? inWords(problem)
            : tried && !before
              ? t("settings:password.old_missing")
              : null
        }
        onChange={(event) => setBefore(event.target.value)}
      />
      <Field
        label={t("settings:password.new")}
        type="password"
        autoComplete="new-password"
        hint={t("settings:password.about")}
        value={after}
        error={
          problem?.field === "new_password"
            ? inWords(problem)
            : tried && short
              ? t("settings:password.short", { count: LEAST })
              : null
        }
        onChange={(event) => setAfter(event.target.value)}
      />
      <Button type="submit" className="self-start" disabled={changing.isLoading}>
        {t("settings:password.change")}
      </Button>
    </form>
  );
}
