/**
 * What the ruled load of the bench asks of every row: eight transforms, fifteen rules of single fields and one business rule over two, none
 * of which a sound row breaks. The same file as the plain load, so the same hand-written SQL is its measure.
 */
export const ruledMapping = {
  map: [
    { columns: ['record_id'], field: 'record_id', transforms: [{ fn: 'trim' }] },
    { columns: ['full_name'], field: 'full_name', transforms: [{ fn: 'collapse' }] },
    { columns: ['narrative'], field: 'narrative', transforms: [{ fn: 'normalize' }] },
    { columns: ['status'], field: 'status', transforms: [{ fn: 'map', table: { open: 'open', closed: 'closed', referred: 'referred', suspended: 'on hold' }, unknown: 'quarantine' }] },
    { columns: ['reported_on'], field: 'reported_on', transforms: [{ fn: 'date', formats: ['DD/MM/YYYY'] }] },
    { columns: ['amount'], field: 'amount', transforms: [{ fn: 'number', decimal: '.' }] },
    { columns: ['phone'], field: 'phone', transforms: [{ fn: 'replace', pattern: ' ', with: '' }] },
    { columns: ['municipality'], field: 'municipality', transforms: [{ fn: 'upper' }] },
  ],
};

const field = (name: string, rule: object): object => ({ kind: 'field', name: `${name}_${Object.keys(rule).join('_').toLowerCase()}`, field: name, ...rule });

export const ruledRules = {
  rules: [
    field('record_id', { pattern: 'R[0-9]{10}' }), field('record_id', { maxLength: 11 }),
    field('full_name', { required: true }), field('full_name', { minLength: 3 }), field('full_name', { maxLength: 80 }),
    field('status', { values: ['open', 'closed', 'referred', 'on hold'] }),
    field('occurred_on', { min: '2000-01-01' }), field('occurred_on', { max: '2030-12-31' }),
    field('persons', { min: '0' }), field('persons', { max: '100' }),
    field('amount', { min: '0' }), field('amount', { max: '1000000' }),
    field('latitude', { min: '-90', max: '90' }), field('phone', { minLength: 8 }), field('municipality', { required: true }),
    { kind: 'row', name: 'reported_after_occurred', check: 'reported_on >= occurred_on', field: 'reported_on' },
  ],
};
