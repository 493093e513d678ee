// The switch is on: what was asked for, and of every broker what is proven, pending or out of reach.
import { Link } from "react-router";
import type { KilledAccount, KillSwitch } from "@/api";
import { BrokerBadge, StateWord, type Tone } from "@/components/badge";
import { Notice } from "@/components/surface";
import { Cell, Head } from "@/components/table";
import * as money from "@/lib/money";
import { dayTime, timeOfDay } from "@/lib/time";
import { t } from "@/text";
import { ordersProof, type Proof, positionsProof, progressOf } from "./proof";

const tones: Record<Proof["is"], Tone> = { proven: "good", pending: "warning", unreached: "bad" };

function wordsOf(proof: Proof, what: "orders" | "positions"): string {
  if (proof.is === "proven") return t(`orders:kill.proven.${what}`, { time: timeOfDay(proof.at) });
  if (proof.left === null) return t(`orders:kill.${proof.is}.unknown`);
  return t(`orders:kill.${proof.is}.${what}`, { count: proof.left, shown: money.quantity(proof.left) });
}

function Told({ proof, what }: { proof: Proof | null; what: "orders" | "positions" }) {
  if (proof === null) return <span className="text-faint">{t("orders:kill.stays")}</span>;
  return <StateWord tone={tones[proof.is]}>{wordsOf(proof, what)}</StateWord>;
}

function Row({ account, kill }: { account: KilledAccount; kill: KillSwitch }) {
  const [orders, positions] = [ordersProof(account), positionsProof(account, kill.depth)];
  const waits = orders.is !== "proven" || (positions !== null && positions.is !== "proven");
  return (
    <>
      <tr className={waits && account.words ? "" : "border-b border-line"}>
        <th scope="row" className="h-9 pr-2 text-left font-normal">
          <span className="flex items-center gap-1.5">
            <BrokerBadge broker={account.broker} /> {account.account_label}
          </span>
        </th>
        <Cell left className="whitespace-normal">
          <Told proof={orders} what="orders" />
        </Cell>
        {kill.depth === "flatten" && (
          <Cell left className="whitespace-normal">
            <Told proof={positions} what="positions" />
          </Cell>
        )}
      </tr>
      {waits && account.words && (
        <tr className="border-b border-line">
          <td colSpan={3} className="pb-2 text-xs text-quiet">
            {account.words}
            {account.tried_at && (
              <span className="text-faint"> {t("orders:kill.tried", { time: timeOfDay(account.tried_at) })}</span>
            )}
          </td>
        </tr>
      )}
    </>
  );
}

export function KillProgress({ kill }: { kill: KillSwitch }) {
  const { proven, accounts, all } = progressOf(kill);
  const depth = kill.depth ?? "no_new_risk";
  const summary =
    depth === "no_new_risk"
      ? t("orders:kill.holds")
      : all
        ? t(`orders:kill.all_proven.${depth}`)
        : t("orders:kill.so_far", { proven, accounts });
  return (
    <section aria-label={t("orders:kill.result")} className="flex flex-col gap-3">
      <Notice tone="warning">
        <p className="font-medium">{t(`orders:kill.depth.${depth}.on`)}</p>
        <p>
          {t("orders:kill.since", { time: dayTime(kill.since) })}
          {kill.words && ` · ${kill.words}`}
        </p>
      </Notice>
      <p role="status" className="text-base font-medium">
        {summary}
      </p>
      {accounts > 0 && (
        <table className="w-full" aria-label={t("orders:kill.by_broker")}>
          <thead className="border-b border-line">
            <tr>
              <Head left className="px-0">
                {t("orders:kill.broker")}
              </Head>
              <Head left>{t("orders:kill.orders")}</Head>
              {depth === "flatten" && <Head left>{t("orders:kill.positions")}</Head>}
            </tr>
          </thead>
          <tbody>
            {kill.accounts.map((account) => (
              <Row key={account.account} account={account} kill={kill} />
            ))}
          </tbody>
        </table>
      )}
      <p className="text-xs text-faint">
        {t("orders:kill.gtt_note")}{" "}
        <Link to="/orders?tab=gtt" className="text-accent underline underline-offset-2">
          {t("orders:kill.gtt_link")}
        </Link>
      </p>
    </section>
  );
}
