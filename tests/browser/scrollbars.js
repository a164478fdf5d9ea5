/* Code blocks that need a scrollbar; what a script prints may be wider. */
() => [...document.querySelectorAll(".highlight:not(.language-text) > pre > code")]
  .filter(code => code.scrollWidth > code.clientWidth && code.checkVisibility())
  .map(code => `${code.scrollWidth} > ${code.clientWidth}: ${code.textContent.trim().slice(0, 60)}`)
