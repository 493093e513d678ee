// The routing receipt: the choice in one line, every candidate with its cost, its speed and why not; items on demand.
import "@/text/rooms/routing";
import { Check } from "lucide-react";
import { type Account, type Decision, useListAccountsQuery } from "@/api";
import { BrokerBadge, brokerName } from "@/components/badge";
import { Amount, Unknown } from "@/components/figures";
import { accountState } from "@/features/brokers/state";
import { cx } from "@/lib/classes";
import * as money from "@/lib/money";
import { t } from "@/text";
import { type Candidate, candidatesOf, chargeItems } from "./candidates";

function Brokers({ candidate }: { candidate: Candidate }) {
  const several = candidate.legs.length > 1;
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
      {candidate.legs.map((leg) => (
        <span key={`${leg.account} ${leg.quantity}`} className="inline-flex items-center gap-1">
          <BrokerBadge broker={leg.broker} named={!several} />
          {several && <span className="text-xs">{money.quantity(leg.quantity)}</span>}
        </span>
      ))}
    </span>
  );
}

function whyNot(candidate: Candidate): string {
  if (candidate.chosen) return t("routing:chosen");
  if (!candidate.feasible) return candidate.why[0] ?? t("routing:not_possible");
  if (candidate.more === null) return candidate.why[0] ?? "";
  if (candidate.more > 0n) return t("routing:more", { amount: money.rupees(candidate.more) });
  if (candidate.more === 0n) return candidate.why[0] ?? t("routing:same_cost");
  return candidate.why[0] ?? t("routing:less", { amount: money.rupees(money.negate(candidate.more)) });
}

function speedOf(candidate: Candidate, accounts: ReadonlyMap<string, Account>): string | null {
  const speeds = candidate.legs.map((leg) => accounts.get(leg.account)?.health?.place_ms_p50 ?? null);
  if (speeds.some((speed) => speed === null)) return null;
  return t("routing:ms", { n: Math.round(Math.max(...(speeds as number[]))) });
}

function stateOf(candidate: Candidate, accounts: ReadonlyMap<string, Account>): string {
  for (const leg of candidate.legs) {
    const account = accounts.get(leg.account);
    if (account && accountState(account).tone !== "good") return accountState(account).word;
  }
  return "";
}

function Items({ candidates }: { candidates: readonly Candidate[] }) {
  const priced = candidates.filter((candidate) => candidate.charges !== null);
  return (
    <div className="relative overflow-x-auto">
      <table className="w-full text-xs" aria-label={t("routing:by_item")}>
        <thead>
          <tr className="text-faint">
            <th scope="col" className="h-7 text-left font-normal">
              {t("routing:item")}
            </th>
            {priced.map((candidate) => (
              <th key={candidate.id} scope="col" className="pl-3 text-right font-normal whitespace-nowrap">
                {candidate.legs.length > 1 ? t("routing:split") : brokerName(candidate.legs[0]?.broker ?? "")}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {chargeItems.map(({ key, label }) => (
            <tr key={key} className={key === "total" ? "border-t border-line font-medium" : "text-quiet"}>
              <th scope="row" className="h-6 text-left font-[inherit] whitespace-nowrap">
                {label}
              </th>
              {priced.map((candidate) => (
                <td key={candidate.id} className="pl-3 text-right">
                  {money.price(candidate.charges?.[key])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The one-line answer to "where does it go, and why". */
export function DecisionLine({ decision }: { decision: Decision }) {
  if (decision.kind === "denied") {
    // What is wrong with one account stands in its own line below.
    const general = decision.reasons.filter((reason) => reason.account === null);
    const shown = general.length ? general : decision.reasons;
    return (
      <div className="text-loss">
        {shown.length ? (
          shown.map((reason) => <p key={`${reason.code} ${reason.account}`}>{reason.message}</p>)
        ) : (
          <p>{decision.summary}</p>
        )}
      </div>
    );
  }
  return <p className="font-medium">{decision.summary}</p>;
}

interface LineProps {
  candidate: Candidate;
  accounts: ReadonlyMap<string, Account>;
  narrow: boolean;
}

/** One candidate; where it is narrow, why one is not possible stands below it over the whole width. */
function Line({ candidate, accounts, narrow }: LineProps) {
  const state = stateOf(candidate, accounts);
  const below = narrow && !candidate.feasible;
  const tone = cx(!candidate.chosen && "text-quiet", !candidate.feasible && "text-faint");
  return (
    <>
      <tr className={cx("align-top", !below && "border-b border-line", tone)}>
        <td className="py-1.5 pr-1">
          <Brokers candidate={candidate} />
        </td>
        <td className="px-2 py-1.5 text-right whitespace-nowrap">
          {candidate.charges ? money.rupees(candidate.charges.total) : <Unknown reason={t("routing:no_plan")} />}
        </td>
        {!narrow && (
          <td
            className="px-2 py-1.5 text-right whitespace-nowrap max-md:hidden"
            title={candidate.marginEstimated ? t("routing:estimated") : undefined}
          >
            {candidate.feasible ? <Amount value={candidate.margin} /> : <Unknown reason={t("routing:no_plan")} />}
          </td>
        )}
        {candidate.feasible && (
          <td className="px-2 py-1.5 text-right whitespace-nowrap">
            {speedOf(candidate, accounts) ?? <Unknown reason={t("routing:not_measured")} />}
          </td>
        )}
        {!below && (
          <td colSpan={candidate.feasible ? 1 : 2} className="py-1.5 pl-3 text-xs leading-[18px]">
            {candidate.chosen ? (
              <span className="inline-flex items-center gap-1 text-ink">
                <Check className="size-3.5" aria-hidden="true" /> {t("routing:chosen")}
              </span>
            ) : (
              whyNot(candidate)
            )}
            {!candidate.chosen && candidate.feasible && state && (
              <span className="block text-xs text-warning">{state}</span>
            )}
          </td>
        )}
      </tr>
      {below && (
        <tr className={cx("border-b border-line", tone)}>
          <td colSpan={4} className="pb-1.5 text-xs leading-[18px]">
            {whyNot(candidate)}
          </td>
        </tr>
      )}
    </>
  );
}

interface ReceiptProps {
  decision: Decision;
  open?: boolean;
  /** Beside a form: the margins stand elsewhere, and reasons get the whole width. */
  narrow?: boolean;
}

export function Receipt({ decision, open = false, narrow = false }: ReceiptProps) {
  const { data } = useListAccountsQuery();
  const accounts = new Map((data ?? []).map((account) => [account.id, account]));
  const candidates = candidatesOf(decision);
  if (candidates.length === 0) return null;
  return (
    <div className="flex flex-col gap-1">
      <table className="w-full" aria-label={t("routing:receipt")}>
        <thead>
          <tr className="border-b border-line text-xs text-faint">
            <th scope="col" className="h-7 text-left font-normal">
              {t("routing:candidate")}
            </th>
            <th scope="col" className="px-2 text-right font-normal">
              {t("routing:charges")}
            </th>
            {!narrow && (
              <th scope="col" className="px-2 text-right font-normal max-md:hidden">
                {t("routing:margin")}
              </th>
            )}
            <th scope="col" className="px-2 text-right font-normal" title={t("routing:speed_about")}>
              {t("routing:speed")}
            </th>
            <th scope="col" className="pl-3 text-left font-normal">
              {t("routing:why_not")}
            </th>
          </tr>
        </thead>
        <tbody>
          {candidates.map((candidate) => (
            <Line key={candidate.id} candidate={candidate} accounts={accounts} narrow={narrow} />
          ))}
        </tbody>
      </table>
      {candidates.some((candidate) => candidate.charges) && (
        <details open={open} className="text-xs">
          <summary className="py-1 text-accent select-none max-md:py-3.5">{t("routing:by_item")}</summary>
          <Items candidates={candidates} />
        </details>
      )}
    </div>
  );
}
