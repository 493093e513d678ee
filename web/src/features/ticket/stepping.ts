// Arrow keys in a number field: one step, with Shift ten.
export const arrows = (apply: (steps: number) => void) => (event: React.KeyboardEvent) => {
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
  event.preventDefault();
  apply((event.key === "ArrowUp" ? 1 : -1) * (event.shiftKey ? 10 : 1));
};
