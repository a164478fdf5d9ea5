/* What of a lesson's picture and answer lies below the first screen. */
() => {
  const picture = document.querySelector("article figure, article img");
  const heading = document.querySelector("#answer");
  const answer = heading?.nextElementSibling;
  const late = [];
  if (!picture) late.push("no picture");
  if (!answer) late.push("no answer under {#answer}");
  scrollTo(0, 0);
  for (const [name, element] of [["picture", picture], ["answer", answer]]) {
    const { bottom } = element?.getBoundingClientRect() ?? { bottom: 0 };
    if (bottom > innerHeight) late.push(`the ${name} ends at ${Math.round(bottom)} of ${innerHeight} pixels`);
  }
  return late;
}
