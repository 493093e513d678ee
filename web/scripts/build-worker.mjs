// Builds dist/sw.js after the site: one file that knows every other file of the build by name and content.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "vite";

const root = new URL("..", import.meta.url).pathname;
const dist = join(root, "dist");
// Read by the system when it installs the product, or not at all offline.
const left = /\.(br|gz|map|webmanifest)$|^(sw\.js|\.built|icon-512\.png|icon-maskable-512\.png|apple-touch-icon\.png)$/;

function* files(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if (!left.test(name)) yield relative(dist, path);
  }
}

const built = [...files(dist)].map((path) => ({
  url: `/${path}`,
  // The names in assets/ change with their content.
  revision: path.startsWith("assets/")
    ? null
    : createHash("sha256")
        .update(readFileSync(join(dist, path)))
        .digest("hex")
        .slice(0, 16),
}));

await build({
  configFile: false,
  root,
  logLevel: "warn",
  publicDir: false,
  define: { BUILT_FILES: JSON.stringify(built), "process.env.NODE_ENV": '"production"' },
  build: {
    outDir: dist,
    emptyOutDir: false,
    target: "es2022",
    lib: { entry: join(root, "src/worker/sw.ts"), formats: ["iife"], name: "worker", fileName: () => "sw.js" },
  },
});
process.stdout.write(`service worker over ${built.length} files\n`);
