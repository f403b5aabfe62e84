/** Numbers that prove themselves. */

/** IMO ship number: six digits weighted 7 to 2, the seventh is the last digit of their sum (IMO resolution A.1117(30)). */
export const isImoNumber = (text: string): boolean => {
  const digits = /^(?:IMO\s*)?(\d{7})$/i.exec(text)?.[1];
  if (digits === undefined) return false;
  const sum = [...digits.slice(0, 6)].reduce((total, digit, index) => total + Number(digit) * (7 - index), 0);
  return sum % 10 === Number(digits[6]);
};

/** MMSI of a ship: nine digits that begin with the region of its country, 2 to 7 (ITU-R M.585). */
export const isMmsi = (text: string): boolean => /^[2-7]\d{8}$/.test(text);

/** IBAN: the letters as numbers, the first four characters at the end, modulo 97 (ISO 13616). */
export const isIban = (text: string): boolean => {
  const compact = text.replaceAll(' ', '').toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(compact)) return false;
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4))
    for (const digit of character >= 'A' ? String(character.charCodeAt(0) - 55) : character) rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1;
};

const vinValues: Readonly<Record<string, number>> = {
  A: 1, B: 2, C: 3, D: 4, E: 5, F: 6, G: 7, H: 8, J: 1, K: 2, L: 3, M: 4, N: 5, P: 7, R: 9, S: 2, T: 3, U: 4, V: 5, W: 6, X: 7, Y: 8, Z: 9,
};

/** A vehicle identification number has 17 characters without I, O and Q (ISO 3779); its check digit is American only, so it is not asked. */
export const isVin = (text: string): boolean => text.length === 17 && [...text.toUpperCase()].every((character) => /\d/.test(character) || vinValues[character] !== undefined) && /\d/.test(text) && /[A-Za-z]/.test(text);
