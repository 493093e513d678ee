// What stands in the place of a page that broke: the rest of the screen goes on, orders are not touched.
import { isRouteErrorResponse, useRouteError } from "react-router";
import { Button } from "@/components/button";

export function Broken() {
  const error = useRouteError();
  const words = isRouteErrorResponse(error) ? error.statusText : error instanceof Error ? error.message : String(error);
  const moved = /dynamically imported module|module script failed/i.test(words);
  return (
    <section role="alert" className="flex max-w-xl flex-col gap-3 px-4 py-10">
      <h1 className="text-lg font-semibold">{moved ? "There is a newer version" : "This page could not be shown"}</h1>
      <p className="text-quiet">
        {moved
          ? "TradeMaster was updated while this page was open. Load it again to go on."
          : "Something went wrong on this screen. Your orders at the brokers are not touched by it."}
      </p>
      {!moved && <p className="text-xs text-faint">{words}</p>}
      <Button look="primary" className="self-start" onClick={() => window.location.reload()}>
        Load again
      </Button>
    </section>
  );
}
