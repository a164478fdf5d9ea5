/* One of each kind of what the Tab key reaches, where nothing shows that it is
   reached. A colour of text alone does not; a text field has its caret, and
   Material's hidden options have a label. */
() => {
  const parts = ["outlineStyle", "outlineWidth", "outlineColor", "backgroundColor", "borderColor", "boxShadow", "textDecorationLine"];
  const look = element => { const style = getComputedStyle(element.matches(".md-option") ? element.nextElementSibling : element); return parts.map(part => style[part]); };
  const kinds = new Map();
  for (const element of document.querySelectorAll("a[href], button, summary, input:not([type=text]), select, [tabindex='0']")) {
    const kind = [element.localName, ...element.classList].join(".");
    if (!kinds.has(kind) && element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true })) kinds.set(kind, element);
  }
  return [...kinds].filter(([, element]) => {
    document.activeElement.blur();
    const before = look(element);
    element.focus({ preventScroll: true });
    const after = look(element);
    const [style, width, colour] = after;
    const ring = style !== "none" && width !== "0px" && !/, 0\)$|transparent/.test(colour);
    return document.activeElement === element && !ring && String(before.slice(3)) === String(after.slice(3));
  }).map(([kind]) => kind);
}
