// A person's order is answered with the order; dry runs and approvals are answers to programs alone.
import type { ExitPositionApiResponse, OrderOut, PlaceOrderApiResponse } from "./generated";

/** The order of an answer. Throws for what no login is answered with. */
export function placedOf(answer: PlaceOrderApiResponse | ExitPositionApiResponse): OrderOut {
  if ("status" in answer) return answer;
  throw new TypeError("a login was answered as a program is");
}
