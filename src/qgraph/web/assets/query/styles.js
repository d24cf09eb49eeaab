// Styles of the editor under a policy that allows no <style>.
import { StyleModule } from "style-mod";

/**
 * Have the document take the editor's styles as a sheet that a script made.
 *
 * The library does that by itself for a shadow root; but a label of the page could
 * not name an editor in one. So the set of styles that it makes for something like
 * a shadow root is handed to the document.
 */
export function adoptStyles() {
  const like = { ownerDocument: document, adoptedStyleSheets: [] };
  StyleModule.mount(like, []);
  for (const key of [...Object.getOwnPropertySymbols(like), ...Object.keys(like)]) {
    if (typeof key === "symbol" || key.startsWith("__styleSet")) document[key] = like[key];
  }
}
