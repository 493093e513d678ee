// Every connected account: its session and when it ends, its breakers, what it can be told to do.
import { Plus } from "lucide-react";
import { Link, useSearchParams } from "react-router";
import { inWords, problemOf, useListAccountsQuery, useListBrokersQuery } from "@/api";
import { buttonLook } from "@/components/button";
import { Notice, PageHead, Waiting } from "@/components/surface";
import { AccountRow } from "./AccountRow";
import { FirstRun } from "./FirstRun";
import { Scorecards } from "./Scorecards";

const failures: Record<string, string> = {
  login_state_expired: "That login took too long. Start it again from here.",
  login_state_invalid: "That login was not begun here, or was used before. Start it again from here.",
  login_other_browser: "That login was begun in another browser. Start it again from here.",
  other_broker_user: "You logged in as another user than this account's. Log out at the broker and try again.",
  broker_rejected: "The broker refused the login. Try again, and check that you approved the app.",
};

function Outcome() {
  const [params, setParams] = useSearchParams();
  const { data: accounts } = useListAccountsQuery();
  const connected = params.get("connected");
  const failed = params.get("error");
  if (!connected && !failed) return null;
  const label = accounts?.find((account) => account.id === connected)?.label;
  const close = (
    <button type="button" className="text-accent hover:underline" onClick={() => setParams({}, { replace: true })}>
      Close
    </button>
  );
  if (connected) {
    return (
      <Notice className="mx-4 mb-3" action={close}>
        {label ?? "The account"} is connected. Its holdings and funds are in the{" "}
        <Link to="/" className="text-accent underline underline-offset-2">
          portfolio
        </Link>
        .
      </Notice>
    );
  }
  return (
    <Notice tone="bad" className="mx-4 mb-3" action={close}>
      {failures[failed ?? ""] ?? `The login did not work (${(failed ?? "").replaceAll("_", " ")}). Try again.`}
    </Notice>
  );
}

export function BrokersPage() {
  const { data: accounts, error } = useListAccountsQuery(undefined, {
    pollingInterval: 15_000,
    skipPollingIfUnfocused: true,
    refetchOnMountOrArgChange: true,
  });
  const { data: brokers } = useListBrokersQuery();
  if (accounts?.length === 0) {
    return (
      <>
        <div className="pt-4">
          <Outcome />
        </div>
        <FirstRun />
      </>
    );
  }
  return (
    <div>
      <PageHead title="Brokers">
        <Link to="/brokers/connect" className={buttonLook({ look: "primary" })}>
          <Plus className="size-4" aria-hidden="true" /> Connect a broker
        </Link>
      </PageHead>
      <Outcome />
      {error && (
        <Notice tone="bad" className="mx-4 mb-3">
          {inWords(problemOf(error))}
        </Notice>
      )}
      {!accounts && !error ? (
        <Waiting rows={4} />
      ) : (
        <ul aria-label="Connected accounts" className="border-t border-line">
          {accounts?.map((account) => (
            <AccountRow
              key={account.id}
              account={account}
              broker={brokers?.find((entry) => entry.broker === account.broker)}
            />
          ))}
        </ul>
      )}
      {accounts && <Scorecards />}
    </div>
  );
}
