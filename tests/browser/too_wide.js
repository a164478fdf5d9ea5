/* What makes the page scroll sideways, or stands out of the column of text. */
() => {
  const { right } = document.querySelector("article").getBoundingClientRect();
  const beyond = (selector, edge) => [...document.querySelectorAll(selector)]
    .filter(element => element.getBoundingClientRect().right > edge + 1);
  const out = beyond("article :is(p, li) :not(pre) > code", right)
    .map(code => `beyond the column: ${code.textContent}`);
  const { scrollWidth } = document.scrollingElement;
  if (scrollWidth <= innerWidth) return out;
  const wide = beyond("main *", innerWidth);
  return [...out, `${scrollWidth} of ${innerWidth} pixels: ${wide.slice(-1).map(element => element.outerHTML.slice(0, 120))}`];
}
