/* The colours of the page's parts; of a figure, those that its shapes are drawn with. */
() => {
  const style = selector => {
    const element = document.querySelector(selector);
    if (!element) return undefined;
    const { color, backgroundColor } = getComputedStyle(element);
    return `${color} ${backgroundColor}`;
  };
  const found = { page: style("body"), heading: style("h1"), code: style("pre > code"), link: style("article a") };
  document.querySelectorAll("figure svg").forEach((picture, number) => {
    found[`figure ${number + 1}`] = [...picture.querySelectorAll("*")]
      .map(getComputedStyle).map(({ fill, stroke }) => `${fill} ${stroke}`).join();
  });
  return Object.fromEntries(Object.entries(found).filter(([, colour]) => colour));
}
