/** A field's description as the names it might be called by: `Police district, precinct or beat responsible for the place` is three. */

/** From here on a sentence says how, where or which, no more what. */
const turns = /\s(?:by|where|that|which|who|whom|whose|under|such|with|without|when|if|may|used|held|known|responsible|including|incl|e\.g|i\.e|as|than|from|que|donde|cuando|con|bajo|qui|dont|lorsque|avec|quand|onde|quando|com|der|die|das\s+\w+\s+hat|welche\w*|bei|mit|wenn|sobald)\b.*$/iu;
const asides = /\s*\([^)]*\)/gu;
const bracketed = /\(([^)]{2,40})\)/gu;
const formOnly = /\b(?:in|im|en|em)\s+(?:words?|code|degrees|metres|meters|one\s+line|one\s+value|full|text|Worten|Textform|palabras|texto|toutes\s+lettres|mots|una\s+linea|palavras|texto)\b.*$/iu;
const joints = /\s*(?:[,:/]|\bor\b|\band\b|\bo\b|\by\b|\bu\b|\bou\b|\bet\b|\boder\b|\bund\b|\bbzw\b\.?|\be\b)\s*/iu;
const mostPhrases = 12, mostWords = 6;

const whenStart = /^(?:when|whether|wann|ob|cu[aá]ndo|quand|quando|si|se|wenn|date on which|datum, an dem|fecha en que|date à laquelle|data em que)\s+/iu;

export const phrasesOfDescription = (description: string): readonly string[] => {
  const [sentence = ''] = description.split(/[;.](?:\s|$)/u);
  const named = [...sentence.matchAll(bracketed)].map((match) => match[1] ?? '');
  const opening = whenStart.exec(sentence);
  const body = opening === null ? sentence : sentence.slice(opening[0].length);
  const head = body.replace(asides, ' ').replace(formOnly, '');
  const what = opening === null ? head.replace(turns, '') : head;
  return [...what.split(joints), ...named].map((phrase) => phrase.trim()).filter((phrase) => phrase !== '' && phrase.split(/\s+/).length <= mostWords).slice(0, mostPhrases);
};

/** All words of it that stand before it says how or where: what a name may allude to. */
export const gistOfDescription = (description: string): string => description.split(/[;.](?:\s|$)/u)[0] ?? '';
