// Small comforts; every page works without this file.
import "../node_modules/htmx.org/dist/htmx.esm.js";

// A selector that shows something else sends its form at once.
for (const form of document.querySelectorAll("form[data-auto]"))
  form.addEventListener("change", () => form.requestSubmit());

// Only one menu is open at a time; Escape closes it and gives the focus back.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
});
