// What an operator does about a user: ends logins, shuts out, lets in again, forgives failed logins.
import "@/text/rooms/operator";
import { useState } from "react";
import { inWords, type KnownUser, problemOf } from "@/api";
import {
  useDisableUserMutation,
  useEnableUserMutation,
  useEndSessionsOfUserMutation,
  useUnlockUserMutation,
} from "@/api/operator";
import { Button } from "@/components/button";
import { Menu } from "@/components/menu";
import { Question } from "@/components/question";
import { toast } from "@/components/toasts";
import { t } from "@/text";

type Asked = "end" | "disable" | null;

export function UserActions({ user, own }: { user: KnownUser; own: boolean }) {
  const [asked, setAsked] = useState<Asked>(null);
  const [enable] = useEnableUserMutation();
  const [unlock] = useUnlockUserMutation();
  const name = user.email;

  async function run(call: Promise<{ error?: unknown }>, done: string): Promise<void> {
    const { error } = await call;
    if (error) toast({ tone: "bad", title: inWords(problemOf(error)) });
    else toast({ tone: "good", title: done });
  }

  const shutOrLetIn = user.disabled_at
    ? {
        label: t("operator:users.enable"),
        note: t("operator:users.enable_note"),
        onSelect: () => void run(enable({ userId: user.id }), t("operator:users.enabled", { name })),
      }
    : {
        label: t("operator:users.disable"),
        note: t("operator:users.disable_note"),
        danger: true,
        why: own ? t("operator:users.yourself") : null,
        onSelect: () => setAsked("disable"),
      };

  return (
    <>
      <Menu
        label={t("operator:users.act", { name })}
        trigger={
          <Button size="sm" aria-label={t("operator:users.act", { name })}>
            {t("operator:users.actions")}
          </Button>
        }
        items={[
          {
            label: t("operator:users.unlock"),
            note: t("operator:users.unlock_note"),
            onSelect: () => void run(unlock({ userId: user.id }), t("operator:users.unlocked", { name })),
          },
          { label: t("operator:users.end"), note: t("operator:users.end_note"), onSelect: () => setAsked("end") },
          "line",
          shutOrLetIn,
        ]}
      />
      {asked === "end" && <EndLogins user={user} onClose={() => setAsked(null)} />}
      {asked === "disable" && <ShutOut user={user} onClose={() => setAsked(null)} />}
    </>
  );
}

interface QuestionProps {
  user: KnownUser;
  onClose: () => void;
}

function EndLogins({ user, onClose }: QuestionProps) {
  const [end, { error, isLoading }] = useEndSessionsOfUserMutation();

  async function submit(): Promise<void> {
    const { data } = await end({ userId: user.id });
    if (!data) return;
    toast({ tone: "good", title: t("operator:users.ended", { count: data.ended }) });
    onClose();
  }

  return (
    <Question
      title={t("operator:users.end_title", { name: user.email })}
      about={t("operator:users.end_about")}
      yes={t("operator:users.end")}
      busy={isLoading}
      refused={error && inWords(problemOf(error))}
      onYes={() => void submit()}
      onClose={onClose}
    />
  );
}

function ShutOut({ user, onClose }: QuestionProps) {
  const [disable, { error, isLoading }] = useDisableUserMutation();

  async function submit(): Promise<void> {
    const { error: refused } = await disable({ userId: user.id });
    if (refused) return;
    toast({ tone: "good", title: t("operator:users.disabled", { name: user.email }) });
    onClose();
  }

  return (
    <Question
      danger
      title={t("operator:users.disable_title", { name: user.email })}
      about={t("operator:users.disable_about")}
      yes={t("operator:users.disable")}
      busy={isLoading}
      refused={error && inWords(problemOf(error))}
      onYes={() => void submit()}
      onClose={onClose}
    />
  );
}
