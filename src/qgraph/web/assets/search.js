// Suggestions under a search field while somebody types: an ARIA 1.2 combobox with a list.
// Without this script, and where it is not answered, the form works as it is.

const WAIT = 150; // milliseconds after the last letter

function suggesting(field) {
  const list = document.createElement("ul");
  const status = document.createElement("p");
  let timer, request, rows = [], chosen = -1;

  list.id = `${field.id}-suggestions`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.labels[0].textContent);
  status.className = "hidden";
  status.setAttribute("aria-live", "polite");
  const around = document.createElement("span");
  around.className = "suggesting";
  field.replaceWith(around);
  around.append(field, list, status);
  field.autocomplete = "off";
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) field.setAttribute(name, value);

  function close() {
    clearTimeout(timer);
    request?.abort();
    list.hidden = true;
    status.textContent = "";
    choose(-1);
    field.setAttribute("aria-expanded", "false");
  }

  function choose(index) {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = index;
    const option = list.children[chosen];
    if (!option) return field.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  }

  function show(things) {
    choose(-1);
    rows = things;
    list.replaceChildren(...things.map((thing, index) => {
      const option = document.createElement("li");
      const name = document.createElement("span");
      const kind = document.createElement("small");
      option.id = `${list.id}-${index}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      name.textContent = thing.name;
      name.lang = thing.language;
      kind.textContent = thing.other ? `${thing.kind} · ${thing.other}` : thing.kind;
      option.append(name, " ", kind);
      return option;
    }));
    list.hidden = !things.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = things.length ? field.dataset.said.replace("{count}", things.length) : "";
  }

  async function ask() {
    request?.abort();
    request = new AbortController();
    const asked = new URLSearchParams({ q: field.value });
    const version = field.form.elements.version?.value;
    if (version) asked.set("version", version);
    try {
      const answer = await fetch(`${field.dataset.suggest}?${asked}`, { signal: request.signal });
      if (answer.ok) show((await answer.json()).things);
    } catch { /* a later letter, or no answer: the form is there */ }
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    if (!field.value.trim()) return close();
    timer = setTimeout(ask, WAIT);
  });
  field.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const places = rows.length + 1; // one of them is the field itself
      choose((chosen + 1 + step + places) % places - 1);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      location.assign(rows[chosen].path);
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("li");
    if (option) location.assign(rows[[...list.children].indexOf(option)].path);
  });
  field.addEventListener("blur", close);
}

document.querySelectorAll("input[data-suggest]").forEach(suggesting);
