// Reads JSON-LD documents, a list of texts on standard input; prints each in canonical N-Quads (RDFC-1.0).
import { readFileSync } from 'node:fs';
import jsonld from 'jsonld';

const documentLoader = (url) => {
  throw new Error(`${url} is not fetched`);
};
const canonized = [];
for (const text of JSON.parse(readFileSync(0, 'utf8'))) {
  canonized.push(await jsonld.canonize(JSON.parse(text), {
    algorithm: 'RDFC-1.0', format: 'application/n-quads', documentLoader, safe: true,
  }));
}
console.log(JSON.stringify(canonized));
