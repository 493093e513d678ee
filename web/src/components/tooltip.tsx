// Words beside what the pointer or the focus rests on; never the only place where something is told, as a thumb cannot hover.
import { Tooltip as Radix } from "radix-ui";

interface Props {
  text: React.ReactNode;
  side?: "top" | "bottom" | "left" | "right";
  /** One focusable element that takes a ref and passes props on. */
  children: React.ReactElement;
}

export function Tooltip({ text, side = "bottom", children }: Props) {
  return (
    <Radix.Provider delayDuration={350} skipDelayDuration={150}>
      <Radix.Root>
        <Radix.Trigger asChild>{children}</Radix.Trigger>
        <Radix.Portal>
          <Radix.Content
            side={side}
            sideOffset={4}
            collisionPadding={8}
            className="enter z-60 max-w-xs rounded-sm bg-ink px-2 py-1 text-xs text-ground"
          >
            {text}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  );
}
