// One contestant on Node.js; see contestant.py. Arguments: its name, the file of the cases.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.cwd()}/`);
const { buildSchema, execute, parse } = require("graphql");
const [name, file] = process.argv.slice(2);
const { sdl, queries, data } = JSON.parse(readFileSync(file, "utf8"));
const schema = buildSchema(sdl);
const root = data;
// graphql-jit does not call functions that it finds in the data.
const { search, page } = schema.getQueryType().getFields();
search.resolve = async () => data.search;
page.resolve = async () => data.page;

const answers = {
  "graphql-js": () => {
    const documents = Object.fromEntries(Object.values(queries).map((each) => [each, parse(each)]));
    return async (query) => JSON.stringify(await execute({ schema, document: documents[query], rootValue: root }));
  },
  "graphql-jit": () => {
    const { compileQuery } = require("graphql-jit");
    const plans = Object.fromEntries(
      Object.values(queries).map((each) => [each, compileQuery(schema, parse(each), "", { customJSONSerializer: true })]),
    );
    return async (query) => plans[query].stringify(await plans[query].query(root, {}, {}));
  },
};

// As Python's json.dumps with sorted keys writes it, but for numbers.
const sorted = (value) =>
  Array.isArray(value)
    ? value.map(sorted)
    : value && typeof value === "object"
      ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
      : typeof value === "number"
        ? Number(value.toPrecision(12)) // the serializer of graphql-jit writes other last digits
        : value;

const answer = answers[name]();
for await (const line of createInterface({ input: process.stdin })) {
  const [query, runs] = JSON.parse(line);
  const before = process.cpuUsage();
  let body;
  for (let run = 0; run < runs; run++) body = await answer(queries[query]);
  const { user, system } = process.cpuUsage(before);
  const digest = createHash("sha256").update(JSON.stringify(sorted(JSON.parse(body)))).digest("hex");
  console.log(JSON.stringify({ seconds: (user + system) / 1e6 / runs, answer: digest }));
}
