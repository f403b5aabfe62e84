/** A JSON array written item by item: valid as a whole, one item a line, in flat memory however long it is. */
export const writeJsonList = async (items: AsyncIterable<unknown> | Iterable<unknown>, write: (text: string) => Promise<void>): Promise<void> => {
  let before = '[';
  for await (const item of items) {
    await write(`${before}\n${JSON.stringify(item)}`);
    before = ',';
  }
  await write(before === '[' ? '[]\n' : '\n]\n');
};

/** Waits when the reader of a pipe is slow. */
export const writeOut = (text: string | Uint8Array): Promise<void> => new Promise((resolve, reject) => {
  process.stdout.write(text, (error) => { if (error) reject(error); else resolve(); });
});
