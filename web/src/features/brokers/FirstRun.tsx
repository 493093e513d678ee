// What a new user sees: three lines of what will happen, one thing to do.
import { Link } from "react-router";
import { buttonLook } from "@/components/button";

const steps = [
  ["Connect your brokers", "You log in on each broker's own page; TradeMaster never sees your password there."],
  ["See one portfolio", "Holdings, positions and cash of all brokers, added up and still told apart."],
  ["Send one order", "It goes to the cheapest broker that can take it, and a receipt says why."],
] as const;

export function FirstRun() {
  return (
    <section className="max-w-xl px-4 py-10 md:px-10">
      <h1 className="text-xl font-semibold">Start with one broker</h1>
      <ol className="mt-5 flex flex-col gap-4">
        {steps.map(([title, text], index) => (
          <li key={title} className="flex gap-3">
            <span className="w-4 shrink-0 text-right text-faint">{index + 1}</span>
            <div>
              <p className="text-base font-medium">{title}</p>
              <p className="text-quiet">{text}</p>
            </div>
          </li>
        ))}
      </ol>
      <Link to="/brokers/connect" className={`${buttonLook({ look: "primary", size: "lg" })} mt-8 ml-7`}>
        Connect a broker
      </Link>
    </section>
  );
}
