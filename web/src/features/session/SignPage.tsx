// Sign in and sign up: one quiet form, errors beside the field they belong to.
import "@/text/rooms/consent";
import "@/text/rooms/security";
import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { Link, Navigate, useLocation, useSearchParams } from "react-router";
import * as z from "zod/mini";
import { inWords, problemOf, useLogInMutation, useMetaQuery, useSignUpMutation } from "@/api";
import { useListDocumentsQuery } from "@/api/person";
import { Button } from "@/components/button";
import { Check } from "@/components/check";
import { Field } from "@/components/field";
import { Notice } from "@/components/surface";
import { DocumentLinks } from "@/features/identity/DocumentLinks";
import { OtherWays, Refused } from "@/features/identity/OtherWays";
import { NewPasswordField, PasswordField } from "@/features/identity/PasswordField";
import { ProviderCode } from "@/features/identity/ProviderCode";
import { SignFrame } from "@/features/identity/SignFrame";
import { t } from "@/text";
import { useSessionEnd, useSessionStatus } from "./state";
import { useSession } from "./useSession";

// The content policy forbids code made from text, which is how zod would compile its checks.
z.config({ jitless: true });

const schema = z.object({
  name: z.string(),
  email: z.email(t("session:email_wrong")),
  password: z.string().check(z.minLength(1, t("session:password_missing"))),
  totp: z.string(),
});
const newUser = z.extend(schema, { password: z.string().check(z.minLength(10, t("session:password_short"))) });
type Form = z.infer<typeof schema>;

export function SignPage({ fresh }: { fresh: boolean }) {
  const status = useSessionStatus();
  const ended = useSessionEnd();
  const location = useLocation();
  const [asked] = useSearchParams();
  const { enter } = useSession();
  const { data: meta } = useMetaQuery();
  const [signIn] = useLogInMutation();
  const [signUp] = useSignUpMutation();
  const [failure, setFailure] = useState<string | null>(null);
  const [askCode, setAskCode] = useState(false);
  const { data: known } = useListDocumentsQuery(undefined, { skip: !fresh });
  const documents = known?.items ?? [];
  const [agreed, setAgreed] = useState(false);
  const [written, setWritten] = useState<string | null>(null); // whom a letter went to
  const form = useForm<Form>({
    resolver: zodResolver(fresh ? newUser : schema),
    defaultValues: { name: "", email: "", password: "", totp: "" },
  });
  const { errors, isSubmitting } = form.formState;

  if (status === "signed-in") {
    const from = (location.state as { from?: string } | null)?.from;
    return <Navigate to={from ?? (fresh ? "/brokers" : "/")} replace />;
  }

  if (asked.get("code") === "provider") {
    return (
      <main className="mx-auto flex min-h-dvh w-full max-w-[360px] flex-col justify-center gap-6 px-5 py-10">
        <ProviderCode enter={enter} />
      </main>
    );
  }

  if (written) {
    return (
      <SignFrame title={t("session:create_account")}>
        <Notice>{t("security:check_mail", { email: written })}</Notice>
      </SignFrame>
    );
  }

  async function submit({ name, email, password, totp }: Form): Promise<void> {
    if (fresh && documents.length > 0 && !agreed) return setFailure(t("consent:missing"));
    setFailure(null);
    try {
      if (fresh) {
        const seen = documents.map(({ document, version }) => ({ document, version }));
        const who = { email, password, ...(name ? { name } : {}) };
        const made = await signUp({ signupIn: { ...who, agreed: seen } }).unwrap();
        if (made.verify) return setWritten(made.email);
      }
      enter(await signIn({ loginIn: { email, password, ...(totp ? { totp } : {}) } }).unwrap());
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code === "totp_needed") {
        setAskCode(true);
      } else if (problem.code === "totp_wrong") {
        form.setError("totp", { message: inWords(problem) }, { shouldFocus: true });
      } else if (problem.field === "email" || problem.code === "email_taken") {
        form.setError("email", { message: inWords(problem) });
      } else if (problem.field === "password") {
        form.setError("password", { message: inWords(problem) });
      } else setFailure(inWords(problem));
    }
  }

  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-[360px] flex-col justify-center gap-6 px-5 py-10">
      <header>
        <p className="text-lg font-semibold">{t("session:product")}</p>
        <p className="text-quiet">{t("session:claim")}</p>
      </header>
      {ended && !failure && <Notice tone="warning">{ended}</Notice>}
      <Refused />
      <form noValidate onSubmit={form.handleSubmit(submit)} className="flex flex-col gap-4">
        <h1 className="text-xl font-semibold">{t(fresh ? "session:create_account" : "session:sign_in")}</h1>
        {failure && <Notice tone="bad">{failure}</Notice>}
        {fresh && (
          <Field
            label={t("session:name")}
            autoComplete="name"
            error={errors.name?.message}
            {...form.register("name")}
          />
        )}
        <Field
          label={t("session:email")}
          type="email"
          inputMode="email"
          autoComplete={fresh ? "username" : "username webauthn"}
          autoFocus
          error={errors.email?.message}
          {...form.register("email")}
        />
        {fresh ? (
          <NewPasswordField
            label={t("session:password")}
            error={errors.password?.message}
            value={form.watch("password")}
            of={{ email: form.watch("email"), name: form.watch("name") }}
            {...form.register("password")}
          />
        ) : (
          <PasswordField
            label={t("session:password")}
            autoComplete="current-password"
            error={errors.password?.message}
            {...form.register("password")}
          />
        )}
        {askCode && (
          <Field
            label={t("session:code")}
            autoComplete="one-time-code"
            autoFocus
            hint={t("session:code_hint")}
            error={errors.totp?.message}
            {...form.register("totp")}
          />
        )}
        {fresh && documents.length > 0 && (
          <div>
            <p className="text-quiet">
              {t("consent:tick")} <DocumentLinks items={documents} />
            </p>
            <Check label={t("consent:agree")} checked={agreed} onChange={setAgreed} />
          </div>
        )}
        <Button look="primary" size="lg" type="submit" disabled={isSubmitting} why={t("session:waiting")}>
          {isSubmitting ? t("session:one_moment") : t(fresh ? "session:create" : "session:sign_in")}
        </Button>
      </form>
      {!fresh && <OtherWays enter={enter} />}
      {!fresh && (
        <Link to="/forgot" className="self-start text-accent underline underline-offset-2">
          {t("security:forgotten")}
        </Link>
      )}
      <p className="text-quiet">
        {t(fresh ? "session:have_account" : "session:new_here")}{" "}
        <Link to={fresh ? "/signin" : "/signup"} className="text-accent underline underline-offset-2">
          {t(fresh ? "session:sign_in" : "session:create_account")}
        </Link>
      </p>
      {meta?.paper && <p className="border-t border-line pt-4 text-xs text-warning">{t("session:paper")}</p>}
    </main>
  );
}
