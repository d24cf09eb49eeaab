// Comfort alone: leaving quickly, and copying what is meant to be copied.
const leave = document.getElementById("leave");
let presses = [];

function go(event) {
  event?.preventDefault();
  document.documentElement.hidden = true;
  location.replace(leave.href); // so that Back does not lead here
}

leave?.addEventListener("click", (event) => {
  if (!event.ctrlKey && !event.metaKey && !event.shiftKey) go(event);
});

// Escape, three times within two seconds.
document.addEventListener("keydown", (event) => {
  presses = event.key === "Escape" ? [...presses, event.timeStamp].slice(-3) : [];
  if (presses.length === 3 && presses[2] - presses[0] < 2000 && leave) go();
});

// Words for the buttons stand in the page, in its language.
const { copy, copied } = document.body.dataset;

for (const box of navigator.clipboard ? document.querySelectorAll(".copyable") : []) {
  const text = box.textContent.trim();
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = copied;
    setTimeout(() => { button.textContent = copy; }, 2000);
  });
  box.before(button);
}
