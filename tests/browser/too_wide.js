/* What makes the page scroll sideways. */
() => {
  const { scrollWidth } = document.scrollingElement;
  if (scrollWidth <= innerWidth) return [];
  const wide = [...document.querySelectorAll("main *")].filter(element =>
    element.getBoundingClientRect().right > innerWidth + 1);
  return [`${scrollWidth} of ${innerWidth} pixels: ${wide.slice(-1).map(element => element.outerHTML.slice(0, 120))}`];
}
