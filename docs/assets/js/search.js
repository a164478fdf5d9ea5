/* The worker behind Material's search box: it finds what was typed as a part of
   the text, which needs no word boundaries and so works for Japanese as well.
   The address carries the language: search.js?ja. The index of that language
   (docs/_tools/search_index.py) is fetched at the first query. */
"use strict";

const [SETUP, READY, QUERY, RESULT] = [0, 1, 2, 3];
const TITLE = 100, WHOLE_HEADING = 80, HEADING = 10, TEXT = 1;
const FILLERS = /^(an?|and|are|do(es)?|for|from|how|i[nst]?|of|on|or|the|to|what|when|why|with)$/;
const PARTICLES =
  /(?<=[^ぁ-ん\s])(?:とは何か|とは|って何|から|まで|には|では|する|[のをにはがとでへやも])(?=[^ぁ-ん]|$)/gu;
const EDGES = /\s+|(?<=[!-~])(?=[^!-~])|(?<=[^!-~])(?=[!-~])/;
const RUNS = /[\p{Script=Han}々]+|[\p{Script=Katakana}ー]+|[a-z0-9_.]+/gu;

/* Lower case, half width, one notation; every character keeps its place. */
const fold = text => [...text].map(character => {
  const folded = character.normalize("NFKC").toLowerCase();
  return folded.length === character.length ? folded : character;
}).join("");

const both = raw => ({ raw, folded: fold(raw) });

let index;
const load = () => index ??= fetch(`../../search/${self.location.search.slice(1)}.json`)
  .then(answer => answer.json())
  .then(pages => pages.map(({ url, title, sections }) => ({
    url,
    title: both(title),
    sections: sections.map(([anchor, heading, text]) =>
      ({ anchor, heading: both(heading), text: both(text) })),
  })))
  .catch(problem => { index = undefined; throw problem; });

/* Three readings of a query; the next one is tried when the last finds nothing:
   the words as typed, the words between particles and scripts, any part of them. */
function* readings(query) {
  const split = (text, pattern) => text.split(pattern).filter(Boolean);
  const stem = word => word
    .replace(/^([a-z]{4,}?)(?:ing|ed|es|s)$/, "$1")
    .replace(/(?<=[\p{Script=Katakana}]{2})ー$/u, "");
  const all = split(query.normalize("NFKC").toLowerCase(), /[\s、。・,?!"]+/);
  const typed = all.filter(word => !FILLERS.test(word));
  const words = typed.flatMap(word => split(word.replace(PARTICLES, " "), EDGES));
  const parts = words
    .flatMap(word => word.match(RUNS) ?? [])
    .flatMap(run => /^\p{Script=Han}{4,}$/u.test(run) ? run.match(/../g) : run)
    .filter(part => part.length > 1);
  for (const terms of [typed.length ? typed : all, words])
    yield { terms: terms.map(stem), enough: terms.length };
  yield { terms: parts.map(stem), enough: Math.ceil(parts.length / 2) };
}

/* A hit at the start and in a short field is worth more than one somewhere in a long one. */
function weight({ folded }, term, value) {
  const place = folded.indexOf(term);
  if (place < 0) return 0;
  const share = term.length / folded.length;
  return value * (1 + share + (place === 0 ? 0.5 : 0));
}

function times({ folded }, term) {
  return Math.min(9, folded.split(term).length - 1) / 10;
}

/* A page counts as much as its best section in which all words stand together,
   or half of what the words are worth when they are scattered over it. */
function rate(page, terms, enough) {
  const sum = numbers => numbers.reduce((total, number) => total + number, 0);
  const inTitle = terms.map(term => weight(page.title, term, TITLE));
  const sections = page.sections.map(section => {
    const whole = terms.length > 1 && terms.every(term => section.heading.folded.includes(term));
    const own = terms.map(term => Math.max(
      weight(section.heading, term, whole ? WHOLE_HEADING : HEADING),
      weight(section.text, term, TEXT) + times(section.text, term),
    ));
    const scores = own.map((score, i) => Math.max(score, inTitle[i]));
    return { section, scores, own: sum(own), score: sum(scores), complete: scores.every(Boolean) };
  });
  const best = terms.map((_, i) => Math.max(...sections.map(({ scores }) => scores[i])));
  if (!terms.length || best.filter(Boolean).length < enough) return null;
  const complete = sections.filter(section => section.complete);
  const score = complete.length ? Math.max(...complete.map(section => section.score)) : sum(best) / 2;
  const shown = (complete.length ? complete : sections)
    .filter(({ own, section }) => own && section.anchor)
    .sort((a, b) => b.own - a.own);
  const opening = !shown.length || terms.some(term =>
    page.title.folded.includes(term) || page.sections[0].text.folded.includes(term));
  return { page, score, opening, shown };
}

const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const escape = text => text.replace(/[&<>]/g, sign => SIGNS[sign]);

/* The text from one place to another as HTML, with the words found marked. */
function mark({ raw, folded }, terms, from = 0, to = raw.length) {
  let marked = "", place = from;
  while (place < to) {
    const hits = terms.map(term => [folded.indexOf(term, place), term.length])
      .filter(([start]) => start >= 0 && start < to);
    if (!hits.length) break;
    const [start, length] = hits.sort((a, b) => a[0] - b[0] || b[1] - a[1])[0];
    marked += escape(raw.slice(place, start));
    place = start + length;
    marked += `<mark data-md-highlight>${escape(raw.slice(start, place))}</mark>`;
  }
  return marked + escape(raw.slice(place, Math.max(place, to)));
}

function teaser(text, terms) {
  const hits = terms.map(term => text.folded.indexOf(term)).filter(place => place >= 0);
  const from = Math.max(0, Math.min(...hits, text.raw.length) - 30);
  const start = hits.length ? from : 0, end = Math.min(text.raw.length, start + 160);
  return (start ? "… " : "") + mark(text, terms, start, end) + (end < text.raw.length ? " …" : "");
}

/* Material shows what scores as high as the first item and folds the rest away. */
function show({ page, score, opening, shown }, terms) {
  const found = Object.fromEntries(terms.map(term => [term, true]));
  const item = (location, title, text, score) => ({ location, title, text, score, terms: found });
  const article = item(page.url,
    mark(page.title, terms), teaser(page.sections[0].text, terms), opening ? score : 0);
  const rest = shown.map(({ section, own }, place) => item(`${page.url}#${section.anchor}`,
    mark(section.heading, terms), teaser(section.text, terms), place < 2 ? score : own / 1000));
  return opening ? [article, ...rest] : [...rest, article];
}

async function search(query) {
  if (!query.trim()) return [];
  const pages = await load();
  for (const { terms, enough } of readings(query)) {
    const found = pages.map(page => rate(page, terms, enough)).filter(Boolean);
    if (found.length) return found.sort((a, b) => b.score - a.score).map(hit => show(hit, terms));
  }
  return [];
}

self.addEventListener("message", async ({ data: { type, data } }) => {
  if (type === SETUP) self.postMessage({ type: READY });
  if (type === QUERY) self.postMessage({ type: RESULT, data: { items: await search(data) } });
});
