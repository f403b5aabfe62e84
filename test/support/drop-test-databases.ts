import pg from 'pg';

/** On a server that outlives the run, nothing of the run stays. */
export const dropTestDatabases = async (maintenanceUrl: string, runId: string): Promise<void> => {
  const client = new pg.Client({ connectionString: maintenanceUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>('select datname from pg_database where datname like $1', [`waybill_test_${runId}%`]);
    for (const { datname } of rows) await client.query(`drop database if exists ${client.escapeIdentifier(datname)} with (force)`);
  } finally {
    await client.end();
  }
};
