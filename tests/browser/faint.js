/* Texts with less contrast than WCAG 2 AA asks for: 4.5, and 3 for large letters. */
() => {
  const parse = colour => {
    const canvas = parse.canvas ??= new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const ground = element => {
    if (!element) return [255, 255, 255, 1];
    const own = parse(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, ground(element.parentElement));
  };
  const light = colour => colour.slice(0, 3)
    .map(part => part / 255).map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const texts = document.createTreeWalker(document.querySelector(".md-container"), NodeFilter.SHOW_TEXT);
  const faint = new Set();
  while (texts.nextNode()) {
    const text = texts.currentNode.textContent.trim(), element = texts.currentNode.parentElement;
    if (!text || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (element.closest(".headerlink, svg, script")) continue;
    const { color, fontSize, fontWeight } = getComputedStyle(element);
    const below = ground(element);
    const [high, low] = [light(over(parse(color), below)), light(below)].sort((a, b) => b - a);
    const contrast = (high + 0.05) / (low + 0.05);
    const large = parseFloat(fontSize) >= (fontWeight >= 700 ? 18.6 : 24);
    if (contrast < (large ? 3 : 4.5))
      faint.add(`${contrast.toFixed(2)} ${element.tagName}.${element.className}: ${text.slice(0, 30)}`);
  }
  return [...faint];
}
