// What makes itself heard on this device.
import "@/text/rooms/settings";
import { InstallPiece } from "@/features/device/InstallOffer";
import { NotificationSettings } from "@/features/device/NotificationSettings";
import { setPrefs, usePrefs } from "@/lib/prefs";
import { t } from "@/text";
import { Group } from "./layout";
import { OnOff } from "./OnOff";

export function Alerting() {
  const chosen = usePrefs();
  return (
    <>
      <Group title={t("settings:heard.title")} text={t("settings:heard.about")}>
        <OnOff label={t("settings:heard.sound")} value={chosen.sound} onChange={(sound) => setPrefs({ sound })} />
        <OnOff
          label={t("settings:heard.haptics")}
          value={chosen.haptics}
          onChange={(haptics) => setPrefs({ haptics })}
        />
      </Group>
      <NotificationSettings />
      <Group title={t("device:install.title")} text={t("device:install.about")}>
        <InstallPiece />
      </Group>
    </>
  );
}
