// An editor of SPARQL, with the words of the graph.
import { autocompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";
import { proposals } from "./proposals.js";
import { fault } from "./fault.js";

// By classes, so that dark and forced colours are a matter of the style sheet.
const colours = tagHighlighter([
  { tag: tags.keyword, class: "tok-keyword" },
  { tag: tags.comment, class: "tok-comment" },
  { tag: [tags.string, tags.integer, tags.float, tags.bool], class: "tok-text" },
  { tag: [tags.url, tags.annotation], class: "tok-text" },
  { tag: tags.variableName, class: "tok-variable" },
]);

/** Return an editor of the text in *area*, which gets each change; Tab leaves it, as it does a textarea. */
export function editor(area, { described, labelled, ask }) {
  const attributes = {
    "aria-describedby": described,
    "aria-labelledby": labelled,
    autocapitalize: "off",
    spellcheck: "false",
    tabindex: "0",
  };
  if (area.getAttribute("aria-invalid")) attributes["aria-invalid"] = "true";
  const submit = { key: "Mod-Enter", run: () => (ask(), true), preventDefault: true };
  return new EditorView({
    state: EditorState.create({
      doc: area.value,
      extensions: [
        keymap.of([submit, ...defaultKeymap, ...historyKeymap]),
        autocompletion({ override: [proposals(area.form.dataset.words)], icons: false }),
        sparql(),
        syntaxHighlighting(colours),
        bracketMatching(),
        lineNumbers(),
        history(),
        fault,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of(attributes),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) area.value = update.state.doc.toString();
        }),
      ],
    }),
  });
}
