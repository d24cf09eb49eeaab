// The reports of rdf-validate-shacl on files of N-Triples, by the shapes named first, as JSON.
import { readFileSync } from "node:fs";

import { Parser, Store } from "n3";
import SHACLValidator from "rdf-validate-shacl";

const [shapes, ...files] = process.argv.slice(2);
const graph = (file) => new Store(new Parser().parse(readFileSync(file, "utf8")));
const named = (term) => (term?.termType === "BlankNode" ? "_" : (term?.value ?? ""));
const validator = new SHACLValidator(graph(shapes));
const reports = {};
for (const file of files) {
  const report = await validator.validate(graph(file));
  reports[file] = {
    conforms: report.conforms,
    results: report.results.map((one) => [one.focusNode, one.sourceShape, one.sourceConstraintComponent].map(named)),
  };
}
console.log(JSON.stringify(reports));
