// Settings by part: a list beside them on the desk, a list of their own on the phone.
import "@/text/rooms/settings";
import { ArrowLeft, ChevronRight } from "lucide-react";
import { Link, Navigate, NavLink, useParams } from "react-router";
import { AuditPart } from "@/features/audit/AuditPart";
import { DataPart } from "@/features/data/DataPart";
import { HooksPart } from "@/features/hooks/HooksPart";
import { TokensPart } from "@/features/tokens/TokensPart";
import { WebhooksPart } from "@/features/webhooks/WebhooksPart";
import { cx } from "@/lib/classes";
import { usePhone } from "@/lib/hooks";
import { t } from "@/text";
import { Alerting } from "./parts/Alerting";
import { Limits } from "./parts/Limits";
import { Look } from "./parts/Look";
import { Security } from "./parts/Security";
import { Trading } from "./parts/Trading";
import { You } from "./parts/You";

const parts = [
  { part: "trading", Shown: Trading },
  { part: "limits", Shown: Limits },
  { part: "look", Shown: Look },
  { part: "notifications", Shown: Alerting },
  { part: "security", Shown: Security },
  { part: "tokens", Shown: TokensPart },
  { part: "hooks", Shown: HooksPart },
  { part: "webhooks", Shown: WebhooksPart },
  { part: "audit", Shown: AuditPart },
  { part: "data", Shown: DataPart },
  { part: "you", Shown: You },
] as const;

export function SettingsPage() {
  const { part } = useParams();
  const phone = usePhone();
  const chosen = parts.find((each) => each.part === part);
  if (part && !chosen) return <Navigate to="/settings" replace />;
  if (phone) return chosen ? <Alone chosen={chosen} /> : <PartList />;
  return <Beside chosen={chosen ?? parts[0]} />;
}

type Chosen = (typeof parts)[number];

function PartList() {
  return (
    <div>
      <h1 className="flex min-h-12 items-center px-4 text-lg font-semibold">{t("settings:title")}</h1>
      <ul className="border-t border-line">
        {parts.map(({ part }) => (
          <li key={part} className="border-b border-line">
            <Link to={`/settings/${part}`} className="flex min-h-14 items-center justify-between gap-3 px-4 py-2">
              <span>
                <span className="block text-base font-medium">{t(`settings:parts.${part}`)}</span>
                <span className="text-xs text-faint">{t(`settings:parts_about.${part}`)}</span>
              </span>
              <ChevronRight className="size-4 shrink-0 text-faint" aria-hidden="true" />
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Alone({ chosen: { part, Shown } }: { chosen: Chosen }) {
  return (
    <div>
      <div className="flex min-h-12 items-center gap-1 pr-4">
        <Link to="/settings" aria-label={t("settings:title")} className="grid size-11 place-items-center text-quiet">
          <ArrowLeft className="size-5" aria-hidden="true" />
        </Link>
        <h1 className="text-lg font-semibold">{t(`settings:parts.${part}`)}</h1>
      </div>
      <Shown />
    </div>
  );
}

function Beside({ chosen: { part, Shown } }: { chosen: Chosen }) {
  return (
    <div className="flex min-h-full">
      <nav aria-label={t("settings:title")} className="w-44 shrink-0 border-r border-line py-3">
        <p className="px-4 pb-2 text-lg font-semibold">{t("settings:title")}</p>
        <ul>
          {parts.map((each) => (
            <li key={each.part}>
              <NavLink
                to={`/settings/${each.part}`}
                aria-current={each.part === part ? "page" : undefined}
                className={cx(
                  "flex h-8 items-center border-l-2 px-4 hover:bg-hover",
                  each.part === part ? "border-accent font-medium text-ink" : "border-transparent text-quiet",
                )}
              >
                {t(`settings:parts.${each.part}`)}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <section aria-labelledby="part" className="min-w-0 flex-1">
        <h1 id="part" className="px-4 pt-4 pb-3 text-base font-semibold">
          {t(`settings:parts.${part}`)}
        </h1>
        <Shown />
      </section>
    </div>
  );
}
