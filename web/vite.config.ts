import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The product serves the build itself; in development Vite stands in front and passes the API through.
const api = process.env.TRADEMASTER_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // The API takes changes from its own pages only: what passes through here is asked in its own name.
  server: {
    host: "127.0.0.1",
    proxy: { "/v1": { target: api, ws: true, changeOrigin: true, headers: { origin: api }, rewriteWsOrigin: true } },
  },
  build: { target: "es2022", sourcemap: false, assetsInlineLimit: 0 },
  test: { environment: "jsdom", setupFiles: ["src/test/setup.ts"], css: false, testTimeout: 20_000 },
});
