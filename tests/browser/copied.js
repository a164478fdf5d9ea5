/* What the copy button of each Python block puts on the clipboard. */
async () => {
  const copied = [];
  for (const button of document.querySelectorAll(".language-python > .copy")) {
    await navigator.clipboard.writeText("");
    button.click();
    await new Promise(resolve => setTimeout(resolve));
    copied.push(await navigator.clipboard.readText());
  }
  return copied;
}
