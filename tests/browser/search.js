/* Gives the page searchFor(query): type it, wait for the answer, return the links.
   It is there when the worker has answered the empty query of the page's start. */
async () => {
  const box = document.querySelector(".md-search__input");
  const list = document.querySelector(".md-search-result__list");
  const meta = document.querySelector(".md-search-result__meta");
  const { translations } = JSON.parse(document.querySelector("#__config").textContent);
  const pause = () => new Promise(resolve => setTimeout(resolve, 20));
  const late = what => new Promise((_, reject) =>
    setTimeout(() => reject(new Error(`${what}: no answer of the search in 10 s`)), 10000));
  const ready = async () => {
    while (meta.textContent.trim() !== translations["search.result.placeholder"]) await pause();
  };
  await Promise.race([ready(), late("start")]);
  window.searchFor = async query => {
    box.focus();
    const answered = new Promise(resolve => {
      const observer = new MutationObserver(() => { observer.disconnect(); resolve(); });
      observer.observe(meta, { childList: true });
    });
    box.value = query;
    box.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }));
    await Promise.race([answered, late(query)]);
    await pause();
    return [...list.querySelectorAll("a[href]")].map(link => link.href);
  };
}
