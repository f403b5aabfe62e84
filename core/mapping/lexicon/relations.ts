/** Concepts that stand for one another in part, from 0 to 1, and how much a concept tells. */
const related: readonly (readonly [string, string, number])[] = [
  ['id', 'number', 0.8], ['id', 'code', 0.7], ['number', 'code', 0.65], ['id', 'uuid', 0.9],
  ['description', 'name', 0.5], ['description', 'type', 0.5], ['name', 'type', 0.25], ['type', 'subtype', 0.6], ['description', 'subtype', 0.5], ['type', 'form', 0.6],
  ['date', 'day', 0.5], ['date', 'month', 0.5], ['date', 'year', 0.4], ['date', 'time', 0.5],
  ['incident', 'offence', 0.75], ['incident', 'accident', 0.85], ['incident', 'report', 0.6], ['offence', 'accident', 0.5], ['report', 'reported', 0.9],
  ['place', 'address', 0.75], ['place', 'premises', 0.8], ['place', 'point', 0.6], ['address', 'street', 0.85], ['address', 'block', 0.6], ['address', 'intersection', 0.5], ['street', 'block', 0.6],
  ['district', 'neighbourhood', 0.6], ['district', 'area', 0.6], ['neighbourhood', 'area', 0.7], ['district', 'agency', 0.35],
  ['city', 'place', 0.4], ['city', 'port', 0.2], ['region', 'area', 0.4], ['region', 'district', 0.3], ['residence', 'address', 0.7],
  ['listed', 'registration', 0.6], ['listed', 'start', 0.6], ['listed', 'effective', 0.65], ['start', 'effective', 0.6], ['occurred', 'effective', 0.3], ['registration', 'effective', 0.4], ['listed', 'record', 0.3], ['registration', 'issued', 0.6], ['registration', 'start', 0.45], ['registration', 'licence', 0.5], ['listed', 'issued', 0.4],
  ['listed', 'created', 0.4], ['registration', 'created', 0.4], ['registration', 'licence', 0.5], ['registration', 'official', 0.5],
  ['reported', 'registration', 0.4], ['reported', 'created', 0.3], ['occurred', 'start', 0.6], ['occurred', 'incident', 0.8], ['occurred', 'offence', 0.7], ['occurred', 'accident', 0.7],
  ['founded', 'start', 0.45], ['founded', 'registration', 0.55], ['founded', 'created', 0.6], ['founded', 'built', 0.3], ['dissolved', 'end', 0.45], ['dissolved', 'closed', 0.6], ['closed', 'end', 0.5],
  ['vessel', 'vehicle', 0.85], ['vessel', 'aircraft', 0.85], ['vehicle', 'aircraft', 0.85], ['registration', 'plate', 0.8], ['owner', 'agency', 0.2], ['make', 'built', 0.4],
  ['flag', 'country', 0.6], ['nationality', 'country', 0.55], ['flag', 'nationality', 0.5], ['residence', 'country', 0.2],
  ['phone', 'mobile', 0.9], ['phone', 'fax', 0.2], ['website', 'url', 0.75], ['point', 'coordinate', 0.8], ['latitude', 'coordinate', 0.2], ['longitude', 'coordinate', 0.2],
  ['status', 'closed', 0.4], ['status', 'action', 0.3], ['remarks', 'description', 0.4], ['position', 'level', 0.3], ['keywords', 'other', 0.3],
  ['nationalid', 'tax', 0.5], ['nationalid', 'document', 0.6], ['passport', 'document', 0.6], ['nationalid', 'id', 0.4], ['tax', 'organisation', 0.2],
  ['programme', 'citation', 0.4], ['activity', 'type', 0.35], ['loss', 'value', 0.5], ['cause', 'offence', 0.4], ['cause', 'weapon', 0.4], ['modus', 'weapon', 0.3],
  ['person', 'organisation', 0.15], ['owner', 'person', 0.3], ['other', 'former', 0.7], ['other', 'trade', 0.6], ['other', 'short', 0.6], ['sex', 'type', 0.1], ['gross', 'tonnage', 0.3], ['built', 'start', 0.2],
];

const strengths = new Map<string, Map<string, number>>();
for (const [left, right, strength] of related)
  for (const [one, other] of [[left, right], [right, left]] as const) strengths.set(one, (strengths.get(one) ?? new Map<string, number>()).set(other, strength));

export const relation = (left: string, right: string): number => (left === right ? 1 : strengths.get(left)?.get(right) ?? 0);

const kindWeights: Readonly<Record<string, number>> = {
  id: 0.5, number: 0.4, code: 0.4, name: 0.45, date: 0.45, time: 0.45, type: 0.5, description: 0.45, value: 0.5, year: 0.6, month: 0.6, day: 0.6, coordinate: 0.4, url: 0.5,
  main: 0.25, official: 0.25, full: 0.25, current: 0.25, source: 0.25, record: 0.25, system: 0.4, unique: 0.2, unit: 0.2, point: 0.8, document: 0.5, place: 0.7,
};

/** What the dataset is about goes without saying, in its own fields and in a partner's columns. */
const subjectWeight = 0.25;

export const weightOf = (concept: string, subjects: ReadonlySet<string>): number =>
  subjects.has(concept) ? Math.min(subjectWeight, kindWeights[concept] ?? 1) : kindWeights[concept] ?? 1;

/** Whom or what a record can be about; a column about another one than the dataset's is seldom for it. */
export const entities: ReadonlySet<string> = new Set([
  'person', 'organisation', 'incident', 'offence', 'accident', 'vessel', 'vehicle', 'aircraft', 'victim', 'suspect', 'relative', 'owner', 'agency', 'officer', 'account', 'mortgage',
  'partner', 'representative', 'engine', 'employer', 'kit', 'court', 'hospital', 'patient', 'bank', 'school', 'property',
]);

/** Words that turn the meaning of their neighbours: `email consent` is no e-mail address. */
export const turningConcepts: ReadonlySet<string> = new Set(['consent', 'verified', 'expiry', 'former', 'next', 'updated', 'count', 'rate', 'login', 'quality', 'version', 'image', 'file', 'wikipedia', 'death', 'share', 'easting', 'northing', 'elevation', 'age', 'week', 'census', 'level', 'height', 'weight', 'currency', 'transponder', 'weather', 'light']);

/** What the dataset may be about, as its name or description says it. */
export const kinOf: Readonly<Record<string, readonly string[]>> = {
  person: ['person', 'suspect', 'patient'], organisation: ['organisation'], incident: ['incident', 'accident'], offence: ['offence', 'incident'], accident: ['incident', 'accident'],
  vessel: ['vessel'], vehicle: ['vehicle'], aircraft: ['aircraft'], patient: ['patient', 'person'], hospital: ['hospital'], school: ['school'], property: ['property'], victim: ['victim', 'person'], account: ['account'],
};
