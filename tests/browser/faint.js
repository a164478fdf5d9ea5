/* Texts with less contrast than WCAG 2 AA asks for: 4.5, and 3 for large letters.
   Popovers are opened as long. In a figure the fill counts, and the ground
   is what was painted under the middle of the text before it. */
() => {
  const notes = document.querySelectorAll("[popover]");
  for (const note of notes) {
    note.popover = "manual";
    note.showPopover();
  }
  const once = (kept, key, make) => kept.get(key) ?? kept.set(key, make()).get(key);
  const colours = new Map(), grounds = new Map();
  const parse = colour => once(colours, colour, () => {
    const canvas = parse.canvas ??= new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  });
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const ground = element => element ? once(grounds, element, () => {
    const own = parse(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, ground(element.parentElement));
  }) : [255, 255, 255, 1];
  const faded = (colour, ...shares) => [...colour.slice(0, 3), shares.reduce((a, b) => a * b, colour[3])];
  const opacities = (element, picture) =>
    element === picture ? [] : [getComputedStyle(element).opacity, ...opacities(element.parentElement, picture)];
  const painted = (text, element, picture) => {
    const range = document.createRange();
    range.selectNodeContents(text);
    const { x, y, width, height } = range.getBoundingClientRect();
    const middle = new DOMPoint(x + width / 2, y + height / 2);
    let below = ground(picture);
    for (const image of picture.querySelectorAll("image")) {
      const box = image.getBoundingClientRect();
      const [left, top] = [(x + width / 2 - box.x) / box.width, (y + height / 2 - box.y) / box.height];
      if (Math.min(left, top) < 0 || Math.max(left, top) > 1) continue;
      const canvas = new OffscreenCanvas(500, 500).getContext("2d");
      canvas.imageSmoothingEnabled = false;
      canvas.drawImage(image, 0, 0, 500, 500);
      const [red, green, blue, alpha] = canvas.getImageData(499 * left, 499 * top, 1, 1).data;
      below = over([red, green, blue, alpha / 255], below);
    }
    for (const shape of picture.querySelectorAll("rect, circle, ellipse, polygon, path")) {
      const { fill, fillOpacity } = getComputedStyle(shape);
      if (fill === "none" || !(shape.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
      if (shape.isPointInFill(middle.matrixTransform(shape.getScreenCTM().inverse())))
        below = over(faded(parse(fill), fillOpacity, ...opacities(shape, picture)), below);
    }
    const { stroke, paintOrder } = getComputedStyle(element);
    return stroke !== "none" && paintOrder.startsWith("stroke") ? over(parse(stroke), below) : below;
  };
  const light = colour => colour.slice(0, 3)
    .map(part => part / 255).map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const texts = document.createTreeWalker(document.querySelector(".md-container"), NodeFilter.SHOW_TEXT);
  const faint = new Set();
  while (texts.nextNode()) {
    const text = texts.currentNode.textContent.trim(), element = texts.currentNode.parentElement;
    if (!text || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (element.closest(".headerlink, script")) continue;
    const picture = element.closest("svg"), style = getComputedStyle(element);
    const below = picture ? painted(texts.currentNode, element, picture) : ground(element);
    const ink = picture ? faded(parse(style.fill), style.fillOpacity, ...opacities(element, picture)) : parse(style.color);
    const [high, low] = [light(over(ink, below)), light(below)].sort((a, b) => b - a);
    const contrast = (high + 0.05) / (low + 0.05);
    const size = parseFloat(style.fontSize) * (picture ? element.getScreenCTM().a : 1);
    const large = size >= (style.fontWeight >= 700 ? 18.6 : 24);
    if (contrast < (large ? 3 : 4.5))
      faint.add(`${contrast.toFixed(2)} ${picture ? "figure text" : element.tagName} in .${element.closest("[class]").getAttribute("class")}: ${text.slice(0, 30)}`);
  }
  for (const note of notes) note.hidePopover();
  return [...faint];
}
