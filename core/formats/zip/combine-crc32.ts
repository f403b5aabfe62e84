/** The CRC-32 of two texts in a row from that of each (zlib's crc32_combine): parts are written side by side, their entry has one sum. */
const polynomial = 0xedb88320;

const times = (matrix: Uint32Array, vector: number): number => {
  let sum = 0;
  for (let bit = 0, rest = vector; rest !== 0; bit += 1, rest >>>= 1) if ((rest & 1) !== 0) sum ^= matrix[bit] as number;
  return sum >>> 0;
};

const squared = (matrix: Uint32Array): Uint32Array => matrix.map((column) => times(matrix, column));

/** What one zero bit behind a text does to its sum. */
const oneZeroBit = (): Uint32Array => Uint32Array.from({ length: 32 }, (_, bit) => (bit === 0 ? polynomial : 2 ** (bit - 1)));

/** @param secondBytes length of the second text */
export const combineCrc32 = (first: number, second: number, secondBytes: number): number => {
  let sum = first;
  let operator = squared(squared(squared(oneZeroBit())));
  for (let rest = secondBytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) sum = times(operator, sum);
    operator = squared(operator);
  }
  return (sum ^ second) >>> 0;
};
