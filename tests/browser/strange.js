/* What a drawing shows in another language than the page's. */
() => [...document.querySelectorAll("svg [lang]")]
  .filter(text => text.getAttribute("lang") !== document.documentElement.lang)
  .filter(text => text.getClientRects().length > 0)
  .map(text => `a drawing says ${text.textContent.trim()}`)
