// What Comunica reads of the endpoint named first and writes to the one named second, as JSON.
import { QueryEngine } from "@comunica/query-sparql";

const [endpoint, plain] = process.argv.slice(2);
const engine = new QueryEngine();
const rows = "SELECT ?s ?o { ?s a ?o } ORDER BY ?s ?o LIMIT 5";

async function read(source) {
  const context = { sources: [source] };
  const bindings = await (await engine.queryBindings(rows, context)).toArray();
  const triples = await (await engine.queryQuads("CONSTRUCT WHERE { ?s ?p ?o }", context)).toArray();
  return {
    rows: bindings.map((row) => row.get("s").value),
    truth: await engine.queryBoolean("ASK { ?s ?p ?o }", context),
    triples: triples.length,
  };
}

async function write(source) {
  const context = { sources: [source], destination: source };
  await engine.queryVoid("INSERT DATA { <http://e/a> <http://e/b> 1 }", context);
  await engine.queryVoid("DELETE { ?s ?p 1 } INSERT { ?s ?p 2 } WHERE { ?s ?p 1 }", context);
  engine.invalidateHttpCache();
  const found = await (await engine.queryBindings("SELECT ?o { <http://e/a> ?p ?o }", context)).toArray();
  return found.map((row) => row.get("o").value);
}

const described = { type: "sparql", value: plain };
console.log(
  JSON.stringify({
    named: await read({ type: "sparql", value: endpoint }),
    discovered: await read(endpoint),
    written: await write(described),
  }),
);
