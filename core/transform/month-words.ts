/** Months in English, Spanish, French, Portuguese and German, folded (no accents, no dots), in full and as they are cut short. */
const wordsByMonth: readonly string[] = [
  'january jan enero ene janvier janv janeiro januar janner jaen', 'february feb febrero fevrier fevr fev fevereiro februar feber',
  'march mar marzo mars marco marz maerz mrz', 'april apr abril abr avril avr', 'may mayo mai maio', 'june jun junio juin junho juni',
  'july jul julio juillet juil julho juli', 'august aug agosto ago aout aou', 'september sep sept septiembre setiembre set septembre setembro',
  'october oct octubre octobre outubro out oktober okt', 'november nov noviembre novembre novembro', 'december dec diciembre dic decembre dezembro dez dezember',
];
const months = new Map(wordsByMonth.flatMap((words, index) => words.split(' ').map((word) => [word, index + 1] as const)));

/** 1 to 12; 0 when the folded word names no month. */
export const monthOfWord = (word: string): number => months.get(word) ?? 0;
