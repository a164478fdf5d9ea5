/* All classes that elements of the page have. */
() => [...new Set([...document.querySelectorAll("[class]")].flatMap(element => [...element.classList]))]
