import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { apiSettingsSchema, serviceSettingsSchema } from '../../contracts/service-settings.ts';
import { checkoutFolder } from '../../temporal-config/checkout-folder.ts';
import { readText } from './source-files.ts';

const serviceSchema = z.object({
  image: z.string(),
  build: z.string().optional(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.enum(['service_healthy', 'service_completed_successfully', 'service_started']) })).default({}),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  restart: z.string(),
  healthcheck: z.object({ test: z.array(z.string()), interval: z.string(), timeout: z.string(), retries: z.number(), start_period: z.string() }).strict().optional(),
  stop_grace_period: z.string().optional(),
  init: z.boolean().optional(), read_only: z.boolean().optional(), tmpfs: z.array(z.string()).optional(),
  cap_drop: z.array(z.string()).optional(), security_opt: z.array(z.string()).optional(), shm_size: z.string().optional(), mem_limit: z.string().optional(),
}).strict();

/** What compose would put in: `${NAME:-default}`, `${NAME:?message}`. */
const interpolate = (text: string, env: Readonly<Record<string, string>>): string =>
  text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_whole, name: string, kind: string | undefined, rest: string | undefined) =>
    env[name] ?? (kind === '-' ? rest ?? '' : `<${name}>`)).replaceAll('$$', '$');

const passwords = { POSTGRES_PASSWORD: 'owner-password', TEMPORAL_POSTGRES_PASSWORD: 'engine-password', WAYBILL_RUNTIME_PASSWORD: 'runtime-password' };
const source = readText('docker-compose.yml');
const composed = z.object({
  name: z.string(), services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.null()), networks: z.record(z.string(), z.union([z.null(), z.object({ internal: z.boolean() })])),
}).parse(parse(source, { merge: true }));
const services = Object.entries(composed.services);
const service = (name: string): z.infer<typeof serviceSchema> => serviceSchema.parse(composed.services[name]);
const environment = (name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(service(name).environment).map(([key, value]) => [key, interpolate(value, passwords)]));

describe('docker-compose.yml', () => {
  it('describes the production shape', () => {
    expect(services.map(([name]) => name)).toEqual(expect.arrayContaining(['postgres', 'temporal-postgres', 'temporal', 'temporal-ui', 'migrate', 'api', 'worker']));
  });

  it('pins every image', () => {
    for (const [name, { image }] of services) expect(image, name).toMatch(/^[\w./-]+:\d+\.\d+/);
  });

  it('waits only for services that exist and can tell that they are ready', () => {
    for (const [name, { depends_on: needs }] of services)
      for (const [needed, { condition }] of Object.entries(needs)) {
        expect(composed.services[needed], `${name} needs ${needed}`).toBeDefined();
        if (condition === 'service_healthy') expect(service(needed).healthcheck, needed).toBeDefined();
        if (condition === 'service_completed_successfully') expect(service(needed).restart, needed).toMatch(/^on-failure/);
      }
  });

  it('declares every volume and network that is used, and uses every one declared', () => {
    const volumes = new Set(services.flatMap(([, { volumes: used }]) => used.map((entry) => entry.split(':')[0] ?? '')));
    const networks = new Set(services.flatMap(([, { networks: used }]) => used));
    expect([...volumes].sort()).toEqual(Object.keys(composed.volumes).sort());
    expect([...networks].sort()).toEqual(Object.keys(composed.networks).sort());
  });

  it('publishes on the loopback only', () => {
    for (const [name, { ports }] of services) for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/);
  });

  it('has no password in it', () => {
    expect(source).not.toMatch(/PASSWORD(:-|: (?!\$\{))/);
    for (const name of Object.keys(passwords)) expect(source).toContain(`\${${name}:?`);
  });

  it('gives the worker and the API settings that they accept, and the runtime role', () => {
    for (const settings of [serviceSettingsSchema.parse(environment('worker')), apiSettingsSchema.parse(environment('api'))])
      expect(settings.DATABASE_URL).toBe('postgresql://waybill_runtime:runtime-password@postgres:5432/waybill');
    expect(environment('migrate')['DATABASE_URL']).toBe('postgresql://postgres:owner-password@postgres:5432/waybill');
  });

  it('lets the worker be scaled and finish its chunk', () => {
    const worker = service('worker');
    expect(worker.ports).toEqual([]);
    expect(worker).not.toHaveProperty('container_name');
    expect(Number.parseInt(worker.stop_grace_period ?? '0', 10)).toBeGreaterThanOrEqual(60);
  });

  it('shares archive, keys and receipts between API and workers', () => {
    for (const mount of service('worker').volumes) expect(service('api').volumes).toContain(mount);
  });

  it('runs the bundles that the Dockerfile copies', () => {
    const dockerfile = readText('Dockerfile');
    for (const name of ['api', 'worker', 'migrate']) expect(service(name).command?.find((word) => !word.startsWith('--'))).toMatch(/^dist\/\w+\.mjs$/);
    for (const needed of ['/waybill/dist', '/waybill/db/migrations', 'USER node']) expect(dockerfile).toContain(needed);
  });

  const hasCompose = spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status === 0;
  it.runIf(hasCompose)('is accepted by docker compose itself', () => {
    const { status, stderr } = spawnSync('docker', ['compose', 'config', '--quiet'], { cwd: checkoutFolder, env: { ...process.env, ...passwords }, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
