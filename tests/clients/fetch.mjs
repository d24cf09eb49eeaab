// What fetch-sparql-endpoint reads of the endpoint named first and writes to the one named second, as JSON.
import { SparqlEndpointFetcher } from "fetch-sparql-endpoint";

const [endpoint, plain] = process.argv.slice(2);
const rows = "SELECT ?s ?o { ?s a ?o } ORDER BY ?s ?o LIMIT 5";

async function all(stream) {
  const found = [];
  for await (const one of await stream) found.push(one);
  return found;
}

async function read(fetcher) {
  const bindings = await all(fetcher.fetchBindings(endpoint, rows));
  return {
    rows: bindings.map((row) => row.s.value),
    truth: await fetcher.fetchAsk(endpoint, "ASK { ?s ?p ?o }"),
    triples: (await all(fetcher.fetchTriples(endpoint, "CONSTRUCT WHERE { ?s ?p ?o }"))).length,
  };
}

const writer = new SparqlEndpointFetcher();
await writer.fetchUpdate(plain, 'INSERT DATA { <http://e/a> <http://e/b> "ə"@az }');
const [written] = await all(writer.fetchBindings(plain, "SELECT ?o { <http://e/a> ?p ?o }"));
const refused = await writer.fetchBindings(endpoint, "SELECT * { SERVICE <http://e/> {} }").catch(String);

console.log(
  JSON.stringify({
    get: await read(new SparqlEndpointFetcher({ method: "GET" })),
    post: await read(new SparqlEndpointFetcher({ method: "POST" })),
    written: { value: written.o.value, language: written.o.language },
    refused,
  }),
);
