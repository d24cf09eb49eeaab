// What a reader (n3 or jsonld) makes of a file in a media type, as N-Quads in the canonical form of RDFC-1.0.
import { readFileSync } from "node:fs";

import jsonld from "jsonld";
import { Parser, Writer } from "n3";

const [reader, mediaType, file] = process.argv.slice(2);
const text = readFileSync(file, "utf8");

function documentLoader(url) {
  throw new Error(`${url} would be fetched`);
}

async function read() {
  if (reader === "jsonld") {
    const input = mediaType === "application/ld+json" ? JSON.parse(text) : await jsonld.fromRDF(text);
    return jsonld.toRDF(input, { format: "application/n-quads", documentLoader });
  }
  return new Writer({ format: "N-Quads" }).quadsToString(new Parser({ format: mediaType }).parse(text));
}

const format = "application/n-quads";
// The long lists of an ontology are more work than the default allows a stranger.
const canonizeOptions = { algorithm: "RDFC-1.0", format, maxWorkFactor: Infinity };
process.stdout.write(await jsonld.canonize(await read(), { inputFormat: format, canonizeOptions }));
