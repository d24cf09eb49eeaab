// Words that the editor proposes: variables, prefixes, the terms of the ontology, keywords.
import { pickedCompletion } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";

const MOST = 60;
const SILENT = /String|Comment|^Iri/; // where a word is text, or an address
const KEYWORDS = (
  "ASK BIND CONSTRUCT COUNT DESCRIBE DISTINCT FILTER FROM GRAPH GROUP BY HAVING LIMIT MINUS NOT EXISTS " +
  "OFFSET OPTIONAL ORDER BY PREFIX SELECT UNION VALUES WHERE"
).split(/ (?!BY|EXISTS)/);

/** Return what proposes words in a query; the graph's own are fetched once, from *address*. */
export function proposals(address) {
  let known;
  return async (context) => {
    const word = context.matchBefore(/[?$\w:.\-]+/);
    if (!word && !context.explicit) return null;
    const from = word ? word.from : context.pos;
    const typed = word ? word.text : "";
    if (SILENT.test(syntaxTree(context.state).resolveInner(context.pos, -1).name)) return null;
    known ??= words(address);
    const options = options_(context.state.doc.toString(), from, typed, await known);
    return options.length ? { from, options: options.slice(0, MOST), filter: false } : null;
  };
}

/** Return the prefixes and terms at *address*; none where they cannot be had. */
async function words(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : { prefixes: {}, terms: [] };
  } catch {
    return { prefixes: {}, terms: [] };
  }
}

/** Return what fits *typed* at *from* in the query *text*, the likeliest first. */
function options_(text, from, typed, known) {
  const said = typed.toLowerCase();
  if (/\bPREFIX\s+$/i.test(text.slice(0, from))) {
    const spaces = Object.entries(known.prefixes).map(([prefix, space]) => `${prefix}: <${space}>`);
    return ranked(spaces.map((label) => ({ label, type: "namespace" })), said);
  }
  if (/^[?$]/.test(typed)) {
    const variables = new Set(text.match(/[?$]\w+/g));
    variables.delete(typed);
    return ranked([...variables].map((label) => ({ label, type: "variable" })), said);
  }
  const terms = known.terms.map((term) => proposal(term, known.prefixes));
  const keywords = KEYWORDS.map((label) => ({ label, type: "keyword" }));
  return ranked([...terms, ...keywords], said);
}

/** Return the options that hold what is *said*: those that begin with it come first. */
function ranked(options, said) {
  const rank = ({ label, detail = "" }) => {
    const names = [label, label.slice(label.indexOf(":") + 1), detail].map((one) => one.toLowerCase());
    if (names.some((one) => one.startsWith(said))) return 0;
    return names.some((one) => one.includes(said)) ? 1 : 2;
  };
  return options
    .map((option) => [rank(option), option])
    .filter(([number]) => number < 2)
    .sort(([one], [other]) => one - other)
    .map(([, option]) => option);
}

/** Return a *term* of the ontology as an option: its name, its label, its definition. */
function proposal({ name, kind, label, definition }, prefixes) {
  return {
    label: name,
    detail: label.text,
    type: kind,
    info: definition.text ? () => paragraph(definition) : undefined,
    apply: (view, option, from, to) => insert(view, option, { from, to, prefixes }),
  };
}

function paragraph({ text, language }) {
  const made = document.createElement("p");
  made.textContent = text;
  if (language) made.lang = language;
  return made;
}

/** Write the name that was picked, and declare its prefix if the query does not. */
function insert(view, option, { from, to, prefixes }) {
  const name = option.label;
  const prefix = /^[\w.\-]*(?=:)/.exec(name)?.[0];
  const declared = new RegExp(`\\bPREFIX\\s+${prefix?.replace(/[.\-]/g, "\\$&")}:`, "i");
  const lacks = prefix !== undefined && prefix in prefixes && !declared.test(view.state.doc.toString());
  const line = lacks ? `PREFIX ${prefix}: <${prefixes[prefix]}>\n` : "";
  view.dispatch({
    changes: [{ from: 0, insert: line }, { from, to, insert: name }],
    selection: { anchor: line.length + from + name.length },
    annotations: pickedCompletion.of(option),
    userEvent: "input.complete",
  });
}
