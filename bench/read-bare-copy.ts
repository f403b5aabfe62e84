/** `COPY (SELECT …) TO STDOUT` read to its end and thrown away, counted only. */
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';

export const readBareCopy = async (url: string, select: string): Promise<{ readonly seconds: number; readonly rows: number }> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const started = performance.now();
    const stream = client.query(copyTo(`copy (${select}) to stdout`));
    for await (const piece of stream) void piece;
    return { seconds: (performance.now() - started) / 1000, rows: stream.rowCount };
  } finally {
    await client.end();
  }
};
