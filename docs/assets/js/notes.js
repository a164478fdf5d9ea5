/* Notes on code, before Material's script turns `# (1)!` into a button.
   The code is copied as it stands in the script, without the marks; and a line
   that ends in a comment of its own keeps it. */
"use strict";

for (const list of document.querySelectorAll(".highlight + ol")) {
  const code = list.previousElementSibling.querySelector("code");
  code.dataset.copy = code.textContent.replace(/ +# \(\d+\)!$/gm, "");
  for (const comment of code.querySelectorAll(".c1")) {
    const [, own, mark] = /^(#.*?) +(# \(\d+\)!)$/.exec(comment.textContent) ?? [];
    if (!mark) continue;
    const place = comment.cloneNode();
    place.textContent = mark;
    comment.textContent = own;
    comment.after("  ", place);
  }
}
