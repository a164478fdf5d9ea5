/* What a page does after Material's own script has run: notes on code, copying,
   tables of a phone, the way to the other language, pasting into the search. */
"use strict";

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const { translations } = JSON.parse(document.querySelector("#__config").textContent);

/* The mark `# (1)!` of a note becomes a number in the margin, where it is seen
   however far the code scrolls; the line keeps a comment of its own. */
for (const list of all(".highlight + ol")) {
  const block = list.previousElementSibling, code = block.querySelector("code");
  const copied = code.textContent.replace(/ +# \(\d+\)!$/gm, "");
  if (copied === code.textContent) continue;
  code.dataset.copy = copied;
  block.classList.add("noted");
  list.className = "notes";
  for (const comment of all(".c1", code)) {
    const [, own, number] = /^(#.*?)??(?: +)?# \((\d+)\)!$/.exec(comment.textContent) ?? [];
    if (!number) continue;
    const mark = Object.assign(document.createElement("span"), { className: "note-mark", textContent: number });
    comment.textContent = own ?? "";
    comment.after(mark);
  }
}

for (const code of all(".highlight:not(.language-text) > pre > code")) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "copy" });
  const name = key => { button.title = button.ariaLabel = translations[key]; };
  name("clipboard.copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText((code.dataset.copy ?? code.textContent).trimEnd());
    name("clipboard.copied");
    button.dataset.copied = "";
    setTimeout(() => { name("clipboard.copy"); delete button.dataset.copied; }, 2000);
  });
  code.parentElement.before(button);
}

/* A table that is too wide stands as one block a row; what else
   scrolls can be scrolled by keyboard. */
for (const table of all("article table:not([class])")) {
  const heads = all("thead th", table);
  for (const row of all("tbody tr", table)) {
    [...row.cells].forEach((cell, column) => {
      cell.dataset.head = heads[column].textContent.trim();
      if (cell.matches(":has(> .recorded:only-child):not(:has(code))")) heads[column].style.textAlign = "right";
    });
  }
}
const fit = () => {
  for (const table of all("article table:not([class])")) {
    const frame = table.closest(".md-typeset__scrollwrap") ?? table;
    delete table.dataset.stacked;
    if (frame.scrollWidth > frame.clientWidth) table.dataset.stacked = "";
  }
  for (const frame of all("pre > code, .md-typeset__scrollwrap, math[display=block], article table:not([class])"))
    if (frame.scrollWidth > frame.clientWidth) frame.tabIndex = 0;
    else frame.removeAttribute("tabindex");
};
fit();
addEventListener("load", fit);
addEventListener("resize", fit);
for (const fold of all("details")) fold.addEventListener("toggle", fit);

/* The menu of a phone opens by a label, which no key reaches. */
const label = document.querySelector(".md-header [for=__drawer]"), drawer = document.querySelector("#__drawer");
const menu = Object.assign(document.createElement("button"),
  { type: "button", className: `${label.className} menu-button`, innerHTML: label.innerHTML, title: label.title });
menu.addEventListener("click", () => drawer.click());
drawer.addEventListener("change", () => { menu.ariaExpanded = drawer.checked; });
label.replaceWith(menu);

/* The other language opens at the heading that is being read. */
for (const link of all(".other-language")) {
  link.addEventListener("click", () => {
    const passed = all("article :is(h2, h3)[id]").filter(head => head.getBoundingClientRect().top < 150);
    link.hash = passed.at(-1)?.id ?? location.hash;
  });
}

/* Material's search listens to keys only, and so misses what a mouse pastes. */
const query = document.querySelector(".md-search__input");
query?.addEventListener("input", event => {
  if (!event.inputType?.startsWith("insertText"))
    query.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }));
});

/* The list of all that the diary says shows what is ticked: of each group that
   has a tick, one of the ticked; in a group without, all. */
const filter = document.querySelector(".ledger-filter");
if (filter) {
  const items = all(".ledger-item"), count = filter.querySelector("output");
  const show = () => {
    const ticked = Map.groupBy(all(":checked", filter), box => box.name);
    for (const item of items)
      item.closest("li").hidden = [...ticked].some(([name, boxes]) => boxes.every(box => box.value !== item.dataset[name]));
    count.value = items.filter(item => !item.closest("li").hidden).length;
  };
  filter.addEventListener("change", show);
  filter.hidden = false;
  show();
}

/* A link to a verdict opens it. */
const unfold = () => {
  const fold = document.getElementById(location.hash.slice(1))?.closest("details.verdict");
  if (fold) fold.open = true;
};
unfold();
addEventListener("hashchange", unfold);
