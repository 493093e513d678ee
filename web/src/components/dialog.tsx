// A dialog on the desk, a bottom sheet on the phone.
import { Sheet, type SheetProps } from "./sheet";

export const Dialog = (props: Omit<SheetProps, "desk">) => <Sheet {...props} desk="dialog" />;
