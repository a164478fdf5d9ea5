/* What the copy button of each Python block puts on the clipboard. */
async () => {
  const copied = [];
  for (const button of document.querySelectorAll(".language-python .md-code__button[data-clipboard-target], .language-python .md-clipboard")) {
    await navigator.clipboard.writeText("");
    button.click();
    copied.push(await navigator.clipboard.readText());
  }
  return copied;
}
