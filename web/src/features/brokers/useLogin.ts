// Logging an account in again: on the broker's page, or at once with the keys that are kept.
import "@/text/rooms/brokers";
import { useNavigate } from "react-router";
import { type Account, problemOf } from "@/api";
import { useLogInAgainMutation } from "@/api/brokers";
import { toast } from "@/components/toasts";
import { t } from "@/text";

/** How a login went on: away to the broker's page, done, or with keys to be given first. */
export type LoginEnd = "away" | "done" | "keys";

export function useLogin(account: Account) {
  const [ask, asking] = useLogInAgainMutation();
  const navigate = useNavigate();

  async function login(credentials?: Record<string, string>): Promise<LoginEnd> {
    try {
      const answer = await ask({ accountId: account.id, loginAgainIn: { credentials } }).unwrap();
      if (answer.login_url) {
        window.location.assign(answer.login_url);
        return "away";
      }
      toast({ tone: "good", title: t("brokers:row.is_connected", { account: account.label }) });
      return "done";
    } catch (_shownBelow) {
      // A broker that wants its keys anew says so; the form is shown with its words.
      return "keys";
    }
  }

  return {
    login,
    /** Where the keys are given again. */
    toKeys: () => navigate(`/brokers/${account.id}#login`),
    busy: asking.isLoading,
    problem: asking.error ? problemOf(asking.error) : null,
  };
}
