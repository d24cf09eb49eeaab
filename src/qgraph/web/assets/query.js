// The editor of the query page, laid over its textarea, which stays what the form sends.
import { EditorView } from "@codemirror/view";
import { editor } from "./query/editor.js";
import { marked } from "./query/fault.js";
import { adoptStyles } from "./query/styles.js";

const area = document.getElementById("query");
if (area) {
  adoptStyles();
  over(area);
}

/** Lay an editor over *area*: its text is kept in both, so that the browser can bring it back. */
function over(area) {
  const form = area.form;
  const keys = document.getElementById("query-keys");
  const label = document.getElementById("query-label");
  const problem = document.getElementById("query-problem");
  const view = editor(area, {
    described: [problem, keys].filter(Boolean).map((one) => one.id).join(" "),
    labelled: label.id,
    ask: () => form.requestSubmit(),
  });
  area.before(view.dom);
  area.hidden = true;
  area.required = false; // what is hidden cannot be asked for: the server says what is missing
  keys.hidden = false;
  label.addEventListener("click", () => view.focus());
  addEventListener("pageshow", () => restore(view, area));
  if (problem?.dataset.line) {
    marked(view, problem.dataset);
    view.focus();
  }
}

/** Take over a text that the browser has brought back into *area* after the editor was made. */
function restore(view, area) {
  const now = view.state.doc.toString();
  if (area.value !== now) {
    view.dispatch({ changes: { from: 0, to: now.length, insert: area.value } });
  }
}
