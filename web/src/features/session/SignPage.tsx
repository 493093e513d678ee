// Sign in and sign up: one quiet form, errors beside the field they belong to.
import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { Link, Navigate, useLocation } from "react-router";
import { z } from "zod";
import { inWords, problemOf, useLogInMutation, useMetaQuery, useSignUpMutation } from "@/api";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { Notice } from "@/components/surface";
import { useSessionStatus } from "./state";
import { useSession } from "./useSession";

// The content policy forbids code made from text, which is how zod would compile its checks.
z.config({ jitless: true });

const schema = z.object({
  name: z.string(),
  email: z.email("Write the whole address, for example asha@example.in"),
  password: z.string().min(1, "Enter your password"),
  totp: z.string(),
});
const newUser = schema.extend({
  password: z.string().min(10, "At least 10 characters: a short sentence works well"),
});
type Form = z.infer<typeof schema>;

export function SignPage({ fresh }: { fresh: boolean }) {
  const status = useSessionStatus();
  const location = useLocation();
  const { enter } = useSession();
  const { data: meta } = useMetaQuery();
  const [signIn] = useLogInMutation();
  const [signUp] = useSignUpMutation();
  const [failure, setFailure] = useState<string | null>(null);
  const [askCode, setAskCode] = useState(false);
  const form = useForm<Form>({
    resolver: zodResolver(fresh ? newUser : schema),
    defaultValues: { name: "", email: "", password: "", totp: "" },
  });
  const { errors, isSubmitting } = form.formState;

  if (status === "signed-in") {
    const from = (location.state as { from?: string } | null)?.from;
    return <Navigate to={from ?? (fresh ? "/brokers" : "/")} replace />;
  }

  async function submit({ name, email, password, totp }: Form): Promise<void> {
    setFailure(null);
    try {
      if (fresh) await signUp({ signupIn: { email, password, ...(name ? { name } : {}) } }).unwrap();
      enter(await signIn({ loginIn: { email, password, ...(totp ? { totp } : {}) } }).unwrap());
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code.startsWith("totp")) setAskCode(true);
      if (problem.field === "email" || problem.code === "email_taken") {
        form.setError("email", { message: inWords(problem) });
      } else if (problem.field === "password" || problem.code === "password_too_short") {
        form.setError("password", { message: inWords(problem) });
      } else setFailure(inWords(problem));
    }
  }

  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-[360px] flex-col justify-center gap-6 px-5 py-10">
      <header>
        <p className="text-lg font-semibold">TradeMaster</p>
        <p className="text-quiet">One screen over the broker accounts you already have.</p>
      </header>
      <form noValidate onSubmit={form.handleSubmit(submit)} className="flex flex-col gap-4">
        <h1 className="text-xl font-semibold">{fresh ? "Create an account" : "Sign in"}</h1>
        {failure && <Notice tone="bad">{failure}</Notice>}
        {fresh && (
          <Field label="Name (optional)" autoComplete="name" error={errors.name?.message} {...form.register("name")} />
        )}
        <Field
          label="E-mail"
          type="email"
          inputMode="email"
          autoComplete="username"
          autoFocus
          error={errors.email?.message}
          {...form.register("email")}
        />
        <Field
          label="Password"
          type="password"
          autoComplete={fresh ? "new-password" : "current-password"}
          error={errors.password?.message}
          hint={fresh ? "At least 10 characters" : undefined}
          {...form.register("password")}
        />
        {askCode && (
          <Field
            label="Code from your authenticator"
            inputMode="numeric"
            autoComplete="one-time-code"
            {...form.register("totp")}
          />
        )}
        <Button look="primary" size="lg" type="submit" disabled={isSubmitting} why="Waiting for the answer">
          {isSubmitting ? "One moment…" : fresh ? "Create account" : "Sign in"}
        </Button>
      </form>
      <p className="text-quiet">
        {fresh ? "You have an account? " : "New here? "}
        <Link to={fresh ? "/signin" : "/signup"} className="text-accent underline underline-offset-2">
          {fresh ? "Sign in" : "Create an account"}
        </Link>
      </p>
      {meta?.paper && (
        <p className="border-t border-line pt-4 text-xs text-warning">
          PAPER: the brokers behind this screen are a sandbox. No real money moves.
        </p>
      )}
    </main>
  );
}
