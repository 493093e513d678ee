// What fingers do, and the short buzz that answers them. Every gesture has an equal that can be seen and reached by key.
export { haptic } from "./haptics";
export { PullToRefresh, RefreshButton } from "./PullToRefresh";
export { useLongPress } from "./press";
export { usePullToRefresh } from "./refresh";
export { SwipeRow } from "./SwipeRow";
export { useSwipeRow } from "./swipe";
export { useTwoFingerTap } from "./taps";
