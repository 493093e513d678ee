// Settings by part; operators find the way to the installation's own pages below them.
import "@/text/rooms/settings";
import { Link, useParams } from "react-router";
import { useGetMeQuery } from "@/api";
import { Parted } from "@/components/parted";
import { AuditPart } from "@/features/audit/AuditPart";
import { DataPart } from "@/features/data/DataPart";
import { HooksPart } from "@/features/hooks/HooksPart";
import { TokensPart } from "@/features/tokens/TokensPart";
import { WebhooksPart } from "@/features/webhooks/WebhooksPart";
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
  const { data: me } = useGetMeQuery();
  const named = parts.map((each) => ({
    ...each,
    name: t(`settings:parts.${each.part}`),
    about: t(`settings:parts_about.${each.part}`),
  }));
  return (
    <Parted
      title={t("settings:title")}
      root="/settings"
      parts={named}
      part={part}
      further={me?.role === "operator" && <ToInstallation />}
    />
  );
}

function ToInstallation() {
  return (
    <Link
      to="/operator"
      className="mt-3 flex h-8 items-center border-t border-line px-4 pt-3 text-accent max-md:h-14 max-md:text-base"
    >
      {t("shell:page.operator")}
    </Link>
  );
}
