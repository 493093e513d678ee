// Every connected account: its session and when it ends, its breakers, what it can be told to do.
import "@/text/rooms/brokers";
import { Plus } from "lucide-react";
import { Link, Navigate, useSearchParams } from "react-router";
import { inWords, problemOf, useListAccountsQuery, useListBrokersQuery } from "@/api";
import { buttonLook } from "@/components/button";
import { Notice, PageHead, Waiting } from "@/components/surface";
import { t } from "@/text";
import { AccountRow } from "./AccountRow";
import { FirstRun } from "./FirstRun";
import { roundUnderWay, waiting } from "./morning";
import { Outcome } from "./Outcome";
import { Scorecards } from "./Scorecards";

export function BrokersPage() {
  const [params] = useSearchParams();
  const { data: accounts, error } = useListAccountsQuery(undefined, {
    pollingInterval: 15_000,
    skipPollingIfUnfocused: true,
    refetchOnMountOrArgChange: true,
  });
  const { data: brokers } = useListBrokersQuery();
  // Brokers send everybody back here; who logs in one after the other goes on with the round.
  const cameBack = params.has("connected") || params.has("error");
  if (cameBack && roundUnderWay() !== null) return <Navigate to={`/morning?${params}`} replace />;
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
  const toLogIn = waiting(accounts ?? []).length;
  return (
    <div>
      <PageHead title={t("brokers:title")}>
        {toLogIn > 0 && (
          <Link to="/morning" className={buttonLook({ look: "primary" })}>
            {t("brokers:connect_all")}
          </Link>
        )}
        <Link to="/brokers/connect" className={buttonLook({ look: toLogIn > 0 ? "plain" : "primary" })}>
          <Plus className="size-4" aria-hidden="true" /> {t("brokers:connect_a_broker")}
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
        <ul aria-label={t("brokers:connected_accounts")} className="border-t border-line">
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
