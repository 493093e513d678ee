// How it looks on this device.
import "@/text/rooms/settings";
import { Segmented } from "@/components/field";
import { setPrefs, usePrefs } from "@/lib/prefs";
import { t } from "@/text";
import { Group } from "./layout";
import { OnOff } from "./OnOff";

export function Look() {
  const chosen = usePrefs();
  return (
    <>
      <Group title={t("settings:look.title")} text={t("settings:look.about")}>
        <Segmented
          label={t("settings:look.theme")}
          value={chosen.theme}
          onChange={(theme) => setPrefs({ theme })}
          choices={[
            { value: "system", label: t("settings:look.system") },
            { value: "dark", label: t("settings:look.dark") },
            { value: "light", label: t("settings:look.light") },
          ]}
        />
        <Segmented
          label={t("settings:look.palette")}
          value={chosen.palette}
          onChange={(palette) => setPrefs({ palette })}
          choices={[
            { value: "green-red", label: t("settings:look.green_red") },
            { value: "blue-orange", label: t("settings:look.blue_orange"), title: t("settings:look.palette_about") },
          ]}
        />
        <p aria-hidden="true" className="flex gap-4">
          <span className="text-gain">▲ +1.25%</span>
          <span className="text-loss">▼ −0.80%</span>
        </p>
        <Segmented
          label={t("settings:look.density")}
          value={chosen.density}
          onChange={(density) => setPrefs({ density })}
          choices={[
            { value: "regular", label: t("settings:look.regular") },
            { value: "compact", label: t("settings:look.compact") },
          ]}
        />
      </Group>
      <Group title={t("settings:privacy.title")} text={t("settings:privacy.about")}>
        <OnOff
          label={t("settings:privacy.hide")}
          value={chosen.privacy}
          onChange={(privacy) => setPrefs({ privacy })}
        />
      </Group>
    </>
  );
}
