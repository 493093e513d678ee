// The question before what cannot be taken back: what will happen, the act, and the way out.
import { t } from "@/text";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Notice } from "./surface";

interface Props {
  title: string;
  about: string;
  yes: string;
  no?: string;
  danger?: boolean;
  busy: boolean;
  /** Why it was not done, in words. */
  refused?: string;
  onYes: () => void;
  onClose: () => void;
  children?: React.ReactNode;
}

export function Question({ title, about, yes, no, danger, busy, refused, onYes, onClose, children }: Props) {
  return (
    <Dialog open onClose={onClose} title={title}>
      <div className="flex flex-col gap-4 p-4">
        <p className="text-quiet">{about}</p>
        {children}
        {refused && <Notice tone="bad">{refused}</Notice>}
        <div className="flex flex-wrap gap-2">
          <Button look={danger ? "danger" : "primary"} disabled={busy} onClick={onYes}>
            {yes}
          </Button>
          <Button onClick={onClose}>{no ?? t("common:cancel")}</Button>
        </div>
      </div>
    </Dialog>
  );
}
