// What a look at a page finds out; run inside it by tests/browsers.py.
(() => {
  const STOPS = "a[href], button, input, select, textarea, summary, [contenteditable=true], [tabindex]";
  const MARKS = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "backgroundColor", "borderColor", "stroke", "strokeWidth"];

  const seen = (one) => one.checkVisibility({ visibilityProperty: true });
  const tell = (one) => one.outerHTML.replace(/\s+/g, " ").slice(0, 120);
  const look = (one) => {
    const style = getComputedStyle(one);
    return MARKS.map((mark) => style[mark]).join();
  };
  // An editor shows the focus of what is written in it on its frame, a link in a picture on its box.
  const looks = (one) =>
    [one, one.parentElement, one.parentElement?.parentElement, ...one.children].filter(Boolean).map(look).join();

  // Of radio buttons with one name, Tab reaches one.
  const isNext = (one) =>
    one.type !== "radio" || one.checked ||
    (!document.querySelector(`input[type=radio][name="${one.name}"]:checked`) &&
      document.querySelector(`input[type=radio][name="${one.name}"]`) === one);

  const stops = () =>
    [...document.querySelectorAll(STOPS)].filter(
      (one) => one.tabIndex >= 0 && !one.disabled && one.type !== "hidden" && seen(one) && isNext(one),
    );

  const shown = (one) => {
    const box = one.getBoundingClientRect();
    const top = document.elementFromPoint(
      Math.min(Math.max(box.x + 2, 0), innerWidth - 1), Math.min(Math.max(box.y + box.height / 2, 0), innerHeight - 1));
    return box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && Boolean(top);
  };

  window.qgraphLook = {
    open() {
      document.querySelectorAll("details").forEach((one) => (one.open = true));
    },

    // Where Tab should stop; from now on, where it does.
    watch() {
      const expected = stops();
      const before = new Map(expected.map((one) => [one, looks(one)]));
      const faults = expected.filter((one) => one.tabIndex > 0).map((one) => `jumps the queue: ${tell(one)}`);
      const walk = { expected, walked: [], faults };
      document.addEventListener("focusin", ({ target }) => {
        walk.walked.push(target);
        if (!shown(target)) faults.push(`has the focus out of sight: ${tell(target)}`);
        if (before.get(target) === looks(target)) faults.push(`does not show its focus: ${tell(target)}`);
      });
      this.walk = walk;
      return expected.length;
    },

    // Stand before the first stop; a script may have gone further.
    start() {
      document.body.tabIndex = -1;
      document.body.focus();
      document.body.removeAttribute("tabindex");
    },

    // Go on from the stop before *place*.
    enter(place) {
      if (place > 0) this.walk.expected[place - 1].focus();
      else this.start();
      this.walk.walked.length = 0;
    },

    // What was wrong with the walk from *place*, which went *steps* steps.
    walked(place, steps) {
      const { expected, walked, faults } = this.walk;
      const should = expected.slice(place, place + steps);
      const first = should.findIndex((one, step) => walked[step] !== one);
      if (first >= 0) {
        const went = walked[first] ? tell(walked[first]) : "nothing";
        faults.push(`step ${place + first + 1} leads to ${went}, not to ${tell(should[first])}`);
      }
      const after = walked[should.length];
      if (after && after !== expected[0]) faults.push(`after the last stop comes ${tell(after)}`);
      return [...new Set(faults)];
    },

    // Whether the skip link has led into the content: the focus is on the first stop there, if there is one.
    skipped() {
      const main = document.querySelector("main");
      const first = stops().find((one) => main.contains(one));
      return !first || document.activeElement === first;
    },

    // What axe finds wrong.
    async axe(how) {
      const found = await axe.run(document, { resultTypes: ["violations"], ...how });
      return found.violations.flatMap(({ id, nodes }) =>
        nodes.slice(0, 3).map(({ target, failureSummary }) =>
          `${id}: ${target}: ${failureSummary.split("\n").slice(1, 3).join(" ").trim()}`));
    },

    // What reaches beyond the right edge, if the page has to be scrolled sideways for it.
    wide() {
      const page = document.documentElement;
      if (Math.max(page.scrollWidth, document.body.scrollWidth) <= innerWidth) return [];
      return [...document.body.querySelectorAll("*")]
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && seen(one))
        .map((one) => `${Math.round(one.getBoundingClientRect().right)} of ${innerWidth}: ${tell(one)}`)
        .slice(0, 5);
    },

    // What a page in forced colours no longer shows.
    hidden() {
      const page = getComputedStyle(document.body).backgroundColor;
      return [...document.querySelectorAll("h1, h2, p, a, button, label, th, td, svg text")].filter(seen)
        .filter((one) => {
          const style = getComputedStyle(one);
          const ink = one.namespaceURI.endsWith("svg") ? style.fill : style.color;
          return one.textContent.trim() && (ink === style.backgroundColor || (ink === page && style.backgroundColor === "rgba(0, 0, 0, 0)"));
        })
        .map(tell).slice(0, 5);
    },
  };
})();
