// The underlined place at which a query goes wrong, until the query is changed.
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";

const place = StateEffect.define();
const line = Decoration.mark({ class: "cm-fault" });
const end = Decoration.mark({ class: "cm-fault cm-fault-end" });

export const fault = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(place)) return effect.value;
    }
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Underline the place that *told* gives, counted in characters as the server does, and go there. */
export function marked(view, told) {
  const { doc } = view.state;
  const at = doc.line(Math.min(Number(told.line), doc.lines));
  const characters = [...at.text];
  const start = Number(told.column) - 1;
  const width = (from, to) => characters.slice(from, to).join("").length;
  const from = at.from + width(0, start);
  const to = from + width(start, start + Number(told.length));
  const ends = from === to;
  const first = ends ? Math.max(from - 1, at.from) : from;
  const marks = first < to ? Decoration.set([(ends ? end : line).range(first, to)]) : Decoration.none;
  view.dispatch({ selection: { anchor: from }, effects: [place.of(marks), EditorView.scrollIntoView(from)] });
}
