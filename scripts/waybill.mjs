#!/usr/bin/env node
// The `waybill` command in a checkout: sets itself up when needed, silently when not, then is the built command in this same process.
import { prepareCheckout } from './checkout.mjs';

prepareCheckout();
await import(new URL('../dist/cli.mjs', import.meta.url).href);
