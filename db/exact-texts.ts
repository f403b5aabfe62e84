import type { Queryable } from './connection.ts';

/** Until the transaction ends, values are written in one form whatever the server is set to: ISO dates, times in UTC, doubles with every digit. */
export const exactTexts = async (tx: Queryable): Promise<void> => {
  await tx.query(`set local datestyle = 'ISO, YMD'; set local timezone = 'UTC'; set local extra_float_digits = 1; set local intervalstyle = 'iso_8601'; set local bytea_output = 'hex'`);
};
