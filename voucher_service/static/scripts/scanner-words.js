/** What the scanner says, in the language of the page that carries its words (`faces/scan_words.py`). */

const { reasons, sayings } = JSON.parse(document.getElementById("words").textContent);

export const isEnglish = document.documentElement.lang === "en";

/** Return a sentence with its places filled. */
export const say = (name, figures = {}) => sayings[name].replace(/\{(\w+)\}/g, (_, place) => figures[place]);

export const nameOf = (code) => reasons[code]?.[0] ?? code;
export const sentenceOf = (code) => reasons[code]?.[1] ?? say("nothing_spent");
export const adviceOn = (code) => reasons[code]?.[2] ?? say("ask_bureau");

/** A refusal's sentence as the service wrote it, in the page's language. */
export const sentenceIn = (problem) => (isEnglish ? problem.detail : problem.detail_zh);
