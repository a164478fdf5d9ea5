/* The worker behind Material's search box: it finds what was typed as a part of
   the text, which needs no word boundaries and so works for Japanese as well.
   The address carries the language: search.js?ja. The index of that language
   (docs/_tools/search_index.py) is fetched at the first query. */
"use strict";

const [SETUP, READY, QUERY, RESULT] = [0, 1, 2, 3];
const FILLERS = /^(an?|and|are|be|can|do(es)?|for|from|have|how|i|in|is|it|its|many|much|my|need|not|of|on|or|should|that|the|there|this|to|use|vs|was|what|when|where|which|why|with|you|your|です|ます|方法|やり方)$/;
const PARTICLES =
  /(?<=[^ぁ-ん\s])(?:とは何か|とは|って何|から|まで|には|では|する|[のをにはがとでへやも])(?=[^ぁ-ん]|$)/gu;
const EDGES = /(?<=[!-~])(?=[^!-~])|(?<=[^!-~])(?=[!-~])/;
const RUNS = /[\p{Script=Han}々]+|[\p{Script=Katakana}ー]+|[a-z0-9_.]+/gu;
/* Of an error message: its type, a path with its line, numbers and addresses.
   Numbers of a glossary's phrase are kept: 0.1307, batch size 1. */
const NOISE = /^\s*(?:[\w.]*(?:error|exception|warning):)|file ".*?", line \d+(?:, in \S+)?|(?:\/[\w.-]+){2,}|\b0x[0-9a-f]+\b|(?<![\w.])\d[\d.,]*(?![\w.])/gu;

/* Lower case, half width, katakana; every character keeps its place. */
const fold = text => [...text].map(character => {
  const folded = character.normalize("NFKC").toLowerCase()
    .replace(/[ぁ-ゖ]/, kana => String.fromCharCode(kana.charCodeAt(0) + 96));
  return folded.length === character.length ? folded : character;
}).join("");

/* One notation of a name: mini-batch, model.eval and nn.Module are two words. */
const apart = text => text.replace(/\b(?:torch|nn)\./g, "").replace(/(?<=[a-z])[.-](?=[a-z])/g, " ");

/* Only the letters, to compare what was typed with a heading. */
const letters = text => text.replace(/[^\p{L}\p{N}]/gu, "");

const both = raw => {
  const folded = fold(raw);
  return { raw, folded, letters: letters(folded) };
};
const sum = numbers => numbers.reduce((total, number) => total + number, 0);

let index;
const load = () => index ??= fetch(`../../search/${self.location.search.slice(1)}.json`)
  .then(answer => answer.json())
  .then(({ pages, terms }) => prepare(pages, terms))
  .catch(problem => { index = undefined; throw problem; });

function prepare(pages, terms) {
  const groups = terms.map(({ words, page }) => ({ words: words.map(word => apart(fold(word.replace(PARTICLES, " ")))), page }));
  const ready = pages.map(({ url, title, boost, sections }) => ({
    url,
    boost,
    title: both(title),
    keys: groups.filter(group => group.page === url).flatMap(group => group.words),
    sections: sections.map(([anchor, heading, text]) =>
      ({ anchor, heading: both(heading), text: both(text) })),
  }));
  const phrases = groups.flatMap(group => group.words.map(text => ({ text, group })))
    .sort((a, b) => b.text.length - a.text.length);
  const known = new Set(phrases.map(({ text }) => text));
  for (const { title, sections } of ready)
    for (const { folded } of [title, ...sections.flatMap(({ heading, text }) => [heading, text])])
      for (const [word] of folded.matchAll(/[a-z_]{4,}|[\p{Script=Katakana}ー]{4,}/gu)) known.add(word);
  return { pages: ready, phrases, known };
}

/* A way to write a term; short Latin words are found at the start of words only. */
function way(text, weight = 1) {
  const sign = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/ /g, "[ ._ノガヲ-]?");
  const start = /^[a-z0-9]{1,3}$|^[a-z]+$/.test(text) ? "(?<![a-z0-9])" : "";
  return { text, weight, pattern: new RegExp(start + sign, "gu") };
}

/* The terms of a query, each as the ways to write it: phrases of the glossary
   first, the longest before the others; then words with their stems. */
function read(query, { phrases, known }) {
  const typed = query.normalize("NFKC").toLowerCase();
  const numbered = phrases.filter(({ text }) => /\d/.test(text) && typed.includes(text));
  const bare = typed.replace(NOISE, part => numbered.some(({ text }) => text.includes(part)) ? part : " ");
  const plain = apart(/[\p{L}_]{2}/u.test(bare) ? bare : typed).replace(/[\s、。・,?!"'`()[\]:;=…]+/gu, " ");
  let rest = ` ${plain.replace(PARTICLES, " ").replace(/ +/g, " ").trim()} `;
  const terms = [];
  for (const { text, group } of phrases) {
    const folded = fold(rest), latin = /^[!-~]+$/.test(text);
    const at = latin ? folded.indexOf(` ${text} `) : folded.indexOf(text);
    if (at < 0 || text.length < 2) continue;
    terms.push([way(text), ...group.words.filter(other => other !== text).map(other => way(other, 0.7))]);
    rest = `${rest.slice(0, at)} ${rest.slice(at + text.length + 2 * latin)}`;
  }
  const words = rest.split(" ").filter(Boolean);
  const telling = words.filter(word => !FILLERS.test(word) && !(terms.length && /^[ぁ-ん]{1,4}$/.test(word)));
  for (const word of terms.length || telling.length ? telling : words)
    terms.push(...word.split(EDGES).filter(Boolean).map(part => ways(part, known)));
  return terms;
}

function ways(word, known) {
  const okurigana = /^(.*\p{Script=Han})[ぁ-ん]+(?:方|時)?$/u.exec(word) ?? /^(.*?)[ぁ-ん]+方$/u.exec(word);
  const latin = /^([a-z]{3,}?)(?:ing|ed|er|es|s|e)$/.exec(word);
  const stem = okurigana?.[1] ?? latin?.[1] ?? word.replace(/(?<=[\p{Script=Katakana}]{2})ー$/u, "");
  const close = known.has(fold(word)) ? undefined : nearest(fold(word), known);
  const found = new Map([[fold(word), 1], [fold(stem), 0.7]]);
  if (close) found.set(close, 0.6);
  return [...found].filter(([text]) => text).map(([text, weight]) => way(text, weight));
}

/* The known word that differs by one letter, or by two exchanged ones. */
function nearest(word, known) {
  if (!/^(?:[a-z_]{4,}|[\p{Script=Katakana}ー]{4,})$/u.test(word)) return undefined;
  const alike = other => {
    let i = 0, j = 1;
    while (i < word.length && word[i] === other[i]) i++;
    while (j <= word.length && word.at(-j) === other.at(-j)) j++;
    const left = word.length - i - j + 1, right = other.length - i - j + 1;
    return Math.max(left, right) <= 1
      || (left === 2 && right === 2 && word[i] === other[i + 1] && word[i + 1] === other[i]);
  };
  return [...known].find(other => Math.abs(other.length - word.length) < 2 && alike(other));
}

/* What a term is worth on a page: in the words that the glossary gives it, in
   its title, in a heading, in its text. */
function worth(page, term) {
  const field = ({ folded }, { text, pattern }, value) => {
    const place = folded.search(pattern);
    return place < 0 ? 0 : value * (1 + text.length / folded.length + (place === 0 ? 0.3 : 0));
  };
  return Math.max(...term.map(form => {
    const key = page.keys.includes(form.text) ? 9 : page.keys.some(word => word.includes(form.text)) ? 2 : 0;
    const heading = Math.max(...page.sections.map(section => field(section.heading, form, 3)));
    const times = sum(page.sections.map(section => (section.text.folded.match(form.pattern) ?? []).length));
    return form.weight * (key + field(page.title, form, 6) + heading + (times ? 1 + Math.min(times, 12) / 6 : 0));
  }));
}

/* Rare terms count more; a page that lacks terms counts less; and one that
   holds the query as it was typed counts more. */
function rank(query, terms, { pages }) {
  const table = pages.map(page => terms.map(term => worth(page, term)));
  const rarity = terms.map((_, i) => {
    const holders = table.filter(row => row[i]).length;
    return holders && Math.log(1 + pages.length / holders);
  });
  const all = sum(rarity), typed = letters(fold(query.normalize("NFKC")));
  const held = (field, value) =>
    field.letters === typed ? 3 * value : field.letters.includes(typed) ? value : 0;
  return pages.map((page, at) => {
    const covered = sum(rarity.filter((_, i) => table[at][i])) / all;
    const whole = typed.length < 4 ? 0 : Math.max(held(page.title, 8),
      ...page.sections.flatMap(({ heading, text }) => [held(heading, 4), held(text, 2)]));
    const score = (sum(rarity.map((value, i) => value * table[at][i])) * covered + whole) * page.boost;
    return { page, score, covered };
  }).filter(({ score, covered }) => score > 0 && covered > 0.4)
    .sort((a, b) => b.score - a.score)
    .map(hit => ({ ...hit, ...sections(hit.page, terms, rarity) }));
}

function sections(page, terms, rarity) {
  const has = ({ folded }, { pattern }) => folded.search(pattern) >= 0;
  const value = ({ heading, text }) => sum(terms.map((term, i) => rarity[i] * Math.max(0, ...term.map(form =>
    form.weight * (has(heading, form) ? 4 : has(text, form) ? 1 + Math.min(9, text.folded.match(form.pattern).length) / 10 : 0)))));
  const rated = page.sections.map(section => ({ section, own: value(section) }));
  const shown = rated.filter(({ own, section }) => own && section.anchor).sort((a, b) => b.own - a.own);
  const opening = !shown.length || rated[0].own > 0
    || terms.some(term => term.some(form => has(page.title, form) || page.keys.includes(form.text)));
  return { shown, opening };
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
  const found = await load(), terms = read(query, found);
  if (!terms.length) return [];
  const marked = [...new Set(terms.flat().map(form => form.text))].filter(text => text.length > 1);
  return rank(query, terms, found).map(hit => show(hit, marked));
}

self.addEventListener("message", async ({ data: { type, data } }) => {
  if (type === SETUP) self.postMessage({ type: READY });
  if (type === QUERY) self.postMessage({ type: RESULT, data: { items: await search(data) } });
});
