// The frame of the pages of somebody who is not signed in: a quiet column.
import { Link } from "react-router";
import { t } from "@/text";

interface Props {
  title: string;
  children: React.ReactNode;
}

export function SignFrame({ title, children }: Props) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-[360px] flex-col justify-center gap-6 px-5 py-10">
      <header>
        <p className="text-lg font-semibold">{t("session:product")}</p>
        <p className="text-quiet">{t("session:claim")}</p>
      </header>
      <h1 className="text-xl font-semibold">{title}</h1>
      {children}
      <p className="text-quiet">
        <Link to="/signin" className="text-accent underline underline-offset-2">
          {t("session:sign_in")}
        </Link>
      </p>
    </main>
  );
}

/** What stands behind the # of a letter's link; it is taken out of the address at once, so that it stays in no history. */
export function takeToken(): string {
  const token = window.location.hash.slice(1);
  if (token) window.history.replaceState(window.history.state, "", window.location.pathname);
  return token;
}
