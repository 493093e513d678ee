import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { mayHaveSession } from "@/api/session";
import { App } from "@/app/App";
import { router } from "@/app/routes";
import { makeStore } from "@/app/store";
import { startWorker } from "@/app/worker";
import { watchInstall } from "@/features/device/install";
import { watchLook } from "@/lib/prefs";
import "./index.css";

// The frame of whoever is signed in comes while it is still asked who that is.
if (mayHaveSession()) void Promise.all([import("@/app/shell/Shell"), import("@/app/streams")]).catch(() => undefined);
setTimeout(router); // in a task of its own: on a phone that is busy with one, taps wait
watchLook();
watchInstall(Date.now());
startWorker((path) => void router().navigate(path));
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <App store={makeStore()} />
  </StrictMode>,
);
