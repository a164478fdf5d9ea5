/* What of a lesson's picture and answer lies below the first screen, less one
   line: another machine's fonts are a little taller. */
() => {
  const picture = document.querySelector("article figure, article img");
  const heading = document.querySelector("#answer");
  const answer = heading?.nextElementSibling;
  const late = [], room = innerHeight - 24;
  if (!picture) late.push("no picture");
  if (!answer) late.push("no answer under {#answer}");
  scrollTo(0, 0);
  const below = (name, element, lines = Infinity) => {
    const { top, bottom } = element.getBoundingClientRect();
    const end = Math.min(bottom, top + lines * (parseFloat(getComputedStyle(element).lineHeight) || 24));
    if (end > room) late.push(`the ${name} ends at ${Math.round(end)} of ${room} pixels`);
  };
  if (picture) below("picture", picture);
  if (answer) below("answer's first line", answer, 1);
  return late;
}
