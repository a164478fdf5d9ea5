/* Cells of tables that begin or end beside the screen. */
() => {
  dispatchEvent(new Event("resize"));
  return [...document.querySelectorAll("article table td")]
    .filter(cell => cell.getBoundingClientRect().right > innerWidth)
    .map(cell => `hidden: ${cell.textContent}`);
}
