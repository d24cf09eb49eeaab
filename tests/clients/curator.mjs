// What Comunica writes to a published graph with the token of a curator, and what is refused, as JSON.
import { QueryEngine } from "@comunica/query-sparql";

const [endpoint, secret, graph, good, bad] = process.argv.slice(2);
const engine = new QueryEngine();
const source = { type: "sparql", value: endpoint };
const stranger = { sources: [source], destination: source };
const authorized = (input, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set("Authorization", `Bearer ${secret}`);
  return fetch(input, { ...init, headers });
};
const curator = { ...stranger, fetch: authorized };

await engine.queryVoid(good, curator);
engine.invalidateHttpCache();
const query = `SELECT ?o { GRAPH <${graph}> { ?s ?p ?o } }`;
const found = await (await engine.queryBindings(query, curator)).toArray();
console.log(
  JSON.stringify({
    written: found.map((row) => row.get("o").value),
    refused: await engine.queryVoid(bad, curator).catch(String),
    stranger: await new QueryEngine().queryVoid(good, stranger).catch(String),
  }),
);
