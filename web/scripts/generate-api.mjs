// Makes src/api/generated.ts from openapi.json; with --check it only says whether the file is up to date.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generateEndpoints } from "@rtk-query/codegen-openapi";

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const output = here("src/api/generated.ts");
const check = process.argv.includes("--check");
const fresh = check ? here("src/api/generated.check.ts") : output;

await generateEndpoints({
  schemaFile: here(process.env.OPENAPI_FILE ?? "openapi.json"),
  apiFile: here("src/api/base.ts"),
  apiImport: "baseApi",
  outputFile: fresh,
  exportName: "generatedApi",
  hooks: false,
  unionUndefined: false,
  encodePathParams: true,
  // These change nothing: they are asked again as one types, and kept by their question.
  endpointOverrides: [{ pattern: ["previewOrder", "getPayoff"], type: "query" }],
  filterEndpoints: (name) => !["livez", "readyz", "finishLogin", "refreshToken"].includes(name),
});

// Decimal strings come with a pattern the types cannot hold; the generator's own head says not to edit.
// The generator names the base by its full path, which differs from machine to machine.
const text = readFileSync(fresh, "utf8")
  .replaceAll("generated.check", "generated")
  .replace(/from "[^"]*\/src\/api\/base"/, 'from "./base"');
if (check) {
  rmSync(fresh);
  if (text !== readFileSync(output, "utf8")) {
    process.stderr.write("src/api/generated.ts is out of date: run `make client`\n");
    process.exit(1);
  }
} else writeFileSync(output, text);
