// Every failure of a call as one shape: the server's problem+json, or our own words when there was no answer.
import type { Problem } from "./types";

const noAnswer: Problem = {
  type: "about:blank",
  title: "No answer from TradeMaster",
  status: 0,
  code: "no_answer",
  detail: "The server could not be reached.",
  fix: "Check the connection and try again.",
};

export function problemOf(error: unknown): Problem {
  if (typeof error !== "object" || error === null) return noAnswer;
  const { status, data } = error as { status?: unknown; data?: unknown };
  if (typeof data === "object" && data !== null && "code" in data) return data as Problem;
  if (typeof status === "number") {
    return {
      type: "about:blank",
      title: `The server answered ${status}`,
      status,
      code: `http_${status}`,
      detail: "The answer could not be read.",
    };
  }
  return noAnswer;
}

/** True when the request may or may not have arrived: there was no readable answer. */
export const unanswered = (problem: Problem): boolean => problem.status === 0 || problem.status >= 500;

/** One sentence: what is wrong, and the fix where the server names one. */
export const inWords = (problem: Problem): string =>
  [problem.detail || problem.title, problem.fix].flatMap((text) => (text ? [sentence(text)] : [])).join(" ");

function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
