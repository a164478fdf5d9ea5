/* Cells of tables that begin or end beside the screen, and those of tables
   stacked as blocks that do not show the head of their column. */
() => {
  dispatchEvent(new Event("resize"));
  const beside = [...document.querySelectorAll("article table td")]
    .filter(cell => cell.getBoundingClientRect().right > innerWidth)
    .map(cell => `hidden: ${cell.textContent}`);
  const unnamed = [...document.querySelectorAll("article table[data-stacked] td:not(:first-child)")]
    .filter(cell => {
      const head = cell.closest("table").tHead.rows[0].cells[cell.cellIndex].textContent.trim();
      const shown = getComputedStyle(cell, "::before");
      return shown.content !== JSON.stringify(head) || shown.display === "none";
    })
    .map(cell => `the head of its column is not shown: ${cell.textContent}`);
  return [...beside, ...unnamed];
}
