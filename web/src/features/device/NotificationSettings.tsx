// Which events may leave the page for the lock screen, when, and how much they tell.
import { useState } from "react";
import { Field } from "@/components/field";
import { Notice } from "@/components/surface";
import { Group } from "@/features/settings/parts/layout";
import { OnOff } from "@/features/settings/parts/OnOff";
import { type Prefs, prefs, setPrefs, usePrefs } from "@/lib/prefs";
import { t } from "@/text";
import { useInstallWay } from "./install";
import { type Topic, topics } from "./outside";

const possible = typeof Notification !== "undefined";
const permission = (): NotificationPermission => (possible ? Notification.permission : "denied");

const change = (part: Partial<Prefs["notify"]>) => setPrefs({ notify: { ...prefs().notify, ...part } });

function Topics({ off }: { off: readonly string[] }) {
  const toggle = (topic: Topic) =>
    change({ off: off.includes(topic) ? off.filter((one) => one !== topic) : [...off, topic] });
  return (
    <fieldset>
      <legend className="mb-1 text-xs text-quiet">{t("device:notify.topics")}</legend>
      {topics.map((topic) => (
        <label key={topic} className="flex min-h-8 cursor-pointer items-center gap-2 max-md:min-h-11">
          <input
            type="checkbox"
            className="size-4 accent-(--accent)"
            checked={!off.includes(topic)}
            onChange={() => toggle(topic)}
          />
          {t(`device:notify.topic.${topic}`)}
        </label>
      ))}
    </fieldset>
  );
}

export function NotificationSettings() {
  const { notify } = usePrefs();
  const [allowed, setAllowed] = useState(permission);
  const byHand = useInstallWay() === "by-hand";

  async function switchOn(on: boolean): Promise<void> {
    if (on && allowed === "default") setAllowed(await Notification.requestPermission());
    change({ on: on && permission() === "granted" });
  }

  const on = notify.on && allowed === "granted";
  const refused = byHand
    ? t("device:notify.ios")
    : !possible
      ? t("device:notify.impossible")
      : allowed === "denied"
        ? t("device:notify.denied")
        : null;
  return (
    <Group title={t("device:notify.title")} text={t("device:notify.about")}>
      {refused && <Notice>{refused}</Notice>}
      <OnOff
        label={t("device:notify.on")}
        value={on}
        disabled={refused !== null}
        onChange={(wanted) => void switchOn(wanted)}
      />
      {on && (
        <>
          <Topics off={notify.off} />
          <OnOff
            label={t("device:notify.amounts")}
            value={notify.amounts}
            onChange={(amounts) => change({ amounts })}
          />
          <fieldset>
            <legend className="mb-1 text-xs text-quiet">{t("device:notify.quiet")}</legend>
            <div className="flex gap-3">
              <Field
                label={t("device:notify.quiet_from")}
                type="time"
                value={notify.quietFrom ?? ""}
                onChange={(event) => change({ quietFrom: event.target.value || null })}
                className="w-32"
              />
              <Field
                label={t("device:notify.quiet_to")}
                type="time"
                value={notify.quietTo ?? ""}
                onChange={(event) => change({ quietTo: event.target.value || null })}
                className="w-32"
              />
            </div>
            <p className="mt-1 text-xs text-faint">{t("device:notify.quiet_about")}</p>
          </fieldset>
        </>
      )}
      <p className="text-xs text-faint">{t("device:notify.no_push")}</p>
    </Group>
  );
}
