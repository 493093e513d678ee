// The question before a hook is removed.
import "@/text/rooms/hooks";
import { type Hook, inWords, problemOf } from "@/api";
import { useRemoveHookMutation } from "@/api/programs";
import { Question } from "@/components/question";
import { toast } from "@/components/toasts";
import { t } from "@/text";

export function RemoveHook({ hook, onClose }: { hook: Hook; onClose: () => void }) {
  const [remove, { error, isLoading }] = useRemoveHookMutation();

  async function submit(): Promise<void> {
    const { error: refused } = await remove({ hookId: hook.id });
    if (refused) return;
    toast({ tone: "good", title: t("hooks:removed", { name: hook.name }) });
    onClose();
  }

  return (
    <Question
      danger
      title={t("hooks:remove_title", { name: hook.name })}
      about={t("hooks:remove_about")}
      yes={t("hooks:remove")}
      no={t("hooks:keep")}
      busy={isLoading}
      refused={error && inWords(problemOf(error))}
      onYes={() => void submit()}
      onClose={onClose}
    />
  );
}
