// Makes src/api/generated.ts and src/api/generated/* from openapi.json; with --check it only says whether they are up to
// date. All types stand in generated.ts, with the calls that the frame and the first pages make. The calls of a room
// that is opened later stand in a file of their own, so that a first visit neither loads nor sets them up.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generateEndpoints } from "@rtk-query/codegen-openapi";

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const check = process.argv.includes("--check");

const left = ["livez", "readyz", "finishLogin", "refreshToken"]; // not called from the screens
const byTag = {
  operator: "operator",
  sandbox: "sandbox",
  tokens: "programs",
  hooks: "programs",
  webhooks: "programs",
  approvals: "programs",
  identity: "person",
  "my data": "person",
  audit: "person",
  accounts: "brokers",
  charges: "brokers",
  funds: "brokers",
  trades: "past",
  performance: "past",
};
const atOnce = [
  ...["signUp", "logIn", "logOut", "getMe", "changeMe", "listConsents"],
  ...["listAccounts", "listBrokers", "getPerformance"],
];
const roomOf = (name, { operation }) => (atOnce.includes(name) ? undefined : byTag[operation.tags?.at(-1)]);

const END = "export { injectedRtkApi as generatedApi };\n";

/** What the calls that pass are to the generator: how they are made, and the types of everything they take and give. */
async function generated(passes) {
  const text = await generateEndpoints({
    schemaFile: here(process.env.OPENAPI_FILE ?? "openapi.json"),
    apiFile: "./base.ts",
    apiImport: "baseApi",
    exportName: "generatedApi",
    hooks: false,
    unionUndefined: false,
    encodePathParams: true,
    // These change nothing: they are asked again as one types, and kept by their question.
    endpointOverrides: [{ pattern: ["previewOrder", "getPayoff"], type: "query" }],
    filterEndpoints: (name, definition) => !left.includes(name) && passes(roomOf(name, definition)),
  });
  const [calls, types, ...more] = text.split(END);
  if (types === undefined || more.length > 0) throw new Error("the generator ends its calls in another way now");
  return { calls, types };
}

/** The calls of a room; their types are those of generated.ts. */
function inRoom(calls) {
  const types = [...new Set(calls.match(/\b\w+Api(?:Response|Arg)\b/g))].sort();
  const body = calls.replace('from "./base"', 'from "../base"');
  return `import type {\n${types.map((name) => `  ${name},\n`).join("")}} from "../generated";\n${body}${END}`;
}

const files = new Map();
const { types } = await generated(() => true);
const { calls } = await generated((room) => room === undefined);
files.set("src/api/generated.ts", calls + END + types);
for (const room of new Set(Object.values(byTag))) {
  const own = await generated((one) => one === room);
  files.set(`src/api/generated/${room}.ts`, inRoom(own.calls));
}

mkdirSync(here("src/api/generated"), { recursive: true });
for (const [path, text] of files) {
  if (!check) writeFileSync(here(path), text);
  else if (text !== readFileSync(here(path), "utf8")) {
    process.stderr.write(`${path} is out of date: run \`make client\`\n`);
    process.exit(1);
  }
}
