// Pausing, setting anew and removing an alert; what the server refuses is told.
import "@/text/rooms/alerts";
import { type Alert, inWords, problemOf, useChangeAlertMutation, useRemoveAlertMutation } from "@/api";
import { toast } from "@/components/toasts";
import { t } from "@/text";

export interface AlertActions {
  pause: () => void;
  /** Waits anew, from the price now. */
  arm: () => void;
  remove: () => void;
}

export function useAlertActions(alert: Alert): AlertActions {
  const [change] = useChangeAlertMutation();
  const [remove] = useRemoveAlertMutation();
  const settle = (work: Promise<unknown>): void => {
    work.catch((error: unknown) =>
      toast({ key: alert.id, tone: "bad", title: t("alerts:unchanged"), text: inWords(problemOf(error)) }),
    );
  };
  const set = (state: "active" | "paused") =>
    settle(change({ alertId: alert.id, alertPatch: { version: alert.version, state } }).unwrap());
  return {
    pause: () => set("paused"),
    arm: () => set("active"),
    remove: () => settle(remove({ alertId: alert.id }).unwrap()),
  };
}
