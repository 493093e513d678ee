// The question before a hook is removed.
import "@/text/rooms/hooks";
import { type Hook, inWords, problemOf, useRemoveHookMutation } from "@/api";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Notice } from "@/components/surface";
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
    <Dialog open onClose={onClose} title={t("hooks:remove_title", { name: hook.name })}>
      <div className="flex flex-col gap-4 p-4">
        <p className="text-quiet">{t("hooks:remove_about")}</p>
        {error && <Notice tone="bad">{inWords(problemOf(error))}</Notice>}
        <div className="flex gap-2">
          <Button look="danger" disabled={isLoading} onClick={() => void submit()}>
            {t("hooks:remove")}
          </Button>
          <Button onClick={onClose}>{t("hooks:keep")}</Button>
        </div>
      </div>
    </Dialog>
  );
}
