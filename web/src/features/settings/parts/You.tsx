// Who is signed in here, and the way out.
import "@/text/rooms/settings";
import { useGetMeQuery, useMetaQuery } from "@/api";
import { Button } from "@/components/button";
import { useSession } from "@/features/session/useSession";
import { longDate } from "@/lib/time";
import { t } from "@/text";
import { Devices } from "./Devices";
import { Group } from "./layout";

// A line that keeps its height, so that the button below does not move under a finger.
const AWAITED = "\u00a0";

export function You() {
  const { data: me } = useGetMeQuery();
  const { data: meta } = useMetaQuery();
  const { leave } = useSession();
  return (
    <>
      <Group title={me?.name || t("settings:you.title")} text={me?.email ?? AWAITED}>
        <p className="text-quiet">{me ? t("settings:you.since", { date: longDate(me.created_at) }) : AWAITED}</p>
        <Button className="self-start" onClick={leave}>
          {t("settings:you.sign_out")}
        </Button>
      </Group>
      <Devices />
      <Group title={t("settings:about.title")}>
        <p className="text-quiet">
          {meta ? `${meta.name} ${meta.version}` : ""}
          <br />
          {t("settings:about.ist")}
        </p>
        {meta?.paper && <p className="text-warning">{t("settings:about.paper")}</p>}
      </Group>
    </>
  );
}
