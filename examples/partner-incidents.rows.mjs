/** Sound rows of the example: the columns as the partner names them, and one invented incident after the other. */

/** `field` is the dataset's field that the column feeds, or our word for a column that feeds none. */
export const columns = [
  { header: 'Ref. No.', field: 'incident_id' },
  { header: 'GUID', field: 'source_guid' },
  { header: 'Incident type', field: 'category' },
  { header: 'Case state', field: 'status' },
  { header: 'Date of occurrence', field: 'occurred_on' },
  { header: 'Recorded', field: 'reported_at' },
  { header: 'Closure date', field: 'closed_on' },
  { header: 'Description of events', field: 'narrative' },
  { header: 'Town', field: 'municipality' },
  { header: 'Street', field: 'address' },
  { header: 'Country code', field: 'country' },
  { header: 'Latitude', field: 'latitude' },
  { header: 'Longitude', field: 'longitude' },
  { header: 'Map position', field: 'location' },
  { header: 'Tel.', field: 'contact_phone' },
  { header: 'E-mail', field: 'contact_email' },
  { header: 'No. of persons', field: 'persons_involved' },
  { header: 'Prio', field: 'priority' },
  { header: 'Loss (EUR)', field: 'loss_amount' },
  { header: 'Arrest', field: 'arrest_made' },
  { header: 'Keywords', field: 'tags' },
  { header: 'Extra data', field: 'details' },
  { header: 'Shift roster', field: 'shift_roster', mapped: false },
];

/** mulberry32: small, and the same everywhere. */
export const makeRandom = (seed) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const categories = ['Theft', 'Burglary', 'Fraud', 'Assault', 'Vandalism', 'Traffic', 'Missing person', 'Cyber'];
const states = ['Open', 'Under investigation', 'Referred', 'Closed', 'Closed'];
const towns = [
  ['Berlin', 'DE', 52.52, 13.405, '+49 30'], ['München', 'DE', 48.137, 11.575, '+49 89'], ['Köln', 'DE', 50.938, 6.96, '+49 221'],
  ['Lyon', 'FR', 45.764, 4.836, '+33 4 72'], ['Saint-Étienne', 'FR', 45.434, 4.39, '+33 4 77'], ['Łódź', 'PL', 51.759, 19.456, '+48 42'],
  ['Kraków', 'PL', 50.065, 19.945, '+48 12'], ['Αθήνα', 'GR', 37.984, 23.728, '+30 21'], ['Θεσσαλονίκη', 'GR', 40.64, 22.944, '+30 231'],
  ['Київ', 'UA', 50.45, 30.523, '+380 44'], ['Львів', 'UA', 49.84, 24.03, '+380 32'], ['עכו', 'IL', 32.928, 35.082, '+972 4'],
  ['عمّان', 'JO', 31.956, 35.945, '+962 6'], ['東京', 'JP', 35.69, 139.692, '+81 3'], ['𠮷野町', 'JP', 34.396, 135.857, '+81 746'],
  ['서울', 'KR', 37.566, 126.978, '+82 2'], ['Québec', 'CA', 46.813, -71.208, '+1 418'], ['São Paulo', 'BR', -23.55, -46.633, '+55 11'],
  ['Dublin', 'IE', 53.35, -6.26, '+353 1'], ['Wellington', 'NZ', -41.287, 174.776, '+64 4'],
];
const streets = ['Hauptstraße', 'Rue de la République', 'Station Road', 'ul. Piotrkowska', 'Οδός Ερμού', 'вул. Городоцька', 'Quay Street', 'Avenida Paulista'];
const narratives = [
  'Bicycle taken from the yard overnight.', 'Door forced, nothing missing so far.', 'Fahrzeug beschädigt, Verursacher unbekannt.',
  'Portefeuille volé dans le tramway n° 4.', 'Skradziono rower sprzed sklepu.', 'Κλοπή κινητού σε στάση λεωφορείου.',
  'Викрадено ноутбук з автомобіля.', 'סכסוך שכנים, הצדדים הופרדו.', 'بلاغ عن فقدان جواز سفر.', '駅で財布を紛失。', '가방 도난 신고.', 'संदिग्ध कॉल की शिकायत।',
  'Caller heard a loud "bang" and saw two people leave.', 'Sign reads "Private; no entry" and was bent.', 'Parcel opened; contents replaced.',
  'First call at 22:10.\nSecond call at 22:25: all quiet.', 'Items missing:\n- camera\n- "old" tripod\n- bag; black', 'Officer 1 attended.\r\nOfficer 2 informed.',
  '=see file 12', '-- no text --', "'quoted' by the clerk", '  indented by the form ',
];
const keywords = ['night', 'vehicle', 'repeat', 'public transport', 'bicycle', 'juvenile', 'online', 'größere Gruppe'];
const rosters = ['A1', 'A2', 'B1', 'B2', 'C1'];
const firstDay = Date.UTC(2019, 0, 1);
const dayMs = 86_400_000;

const two = (number) => String(number).padStart(2, '0');
const pick = (list, random) => list[Math.floor(random() * list.length)];
const sometimes = (share, random, make) => (random() < share ? make() : '');
const hex = (length, random) => { let text = ''; while (text.length < length) text += Math.floor(random() * 16).toString(16); return text; };
const makeUuid = (random) => `${hex(8, random)}-${hex(4, random)}-4${hex(3, random)}-a${hex(3, random)}-${hex(12, random)}`;
const isoDay = (ms) => new Date(ms).toISOString().slice(0, 10);
const writtenDay = (ms, random) => {
  const day = isoDay(ms);
  // Two branches of the partner feed one column: the newer system writes ISO, the older DD/MM/YYYY.
  return random() < 0.6 ? day : day.split('-').reverse().join('/');
};
const writtenTime = (ms, random) => `${isoDay(ms)}T${two(Math.floor(random() * 24))}:${two(Math.floor(random() * 60))}:${two(Math.floor(random() * 60))}`;
const digits = (count, random) => { let text = ''; while (text.length < count) text += Math.floor(random() * 10); return text; };

const makeAmount = (position, random) => {
  // A third decimal that is zero loses nothing.
  if (position === 30) return '125.500';
  const cents = Math.floor(random() ** 4 * 5_000_000);
  return `${Math.floor(cents / 100)}.${two(cents % 100)}`;
};

const makeDetails = (position, random) => (random() < 0.5
  ? `{"officer": ${Math.floor(random() * 900) + 100}, "photos": ${position % 5 === 0}}`
  // 19 digits: more than a double can hold.
  : `{"evidence": "9${digits(18, random)}"}`);

const makePlace = (random) => {
  const [town, country, latitude, longitude, prefix] = pick(towns, random);
  const north = (latitude + (random() - 0.5) / 10).toFixed(6);
  const east = (longitude + (random() - 0.5) / 10).toFixed(6);
  const known = random() < 0.9;
  return {
    town, country, prefix, address: `${pick(streets, random)} ${Math.floor(random() * 180) + 1}`,
    latitude: known ? north : '', longitude: known ? east : '', position: known && random() < 0.6 ? `${north},${east}` : '',
  };
};

/** Every 1,600th time comes without a zone: it is read in the job's. */
export const makeIncident = (position, random) => {
  const occurred = firstDay + Math.floor(random() * 2_000) * dayMs;
  const place = makePlace(random);
  const state = pick(states, random);
  const zone = position % 1_600 === 800 ? '' : pick(['Z', '+01:00', '+02:00', '-05:00'], random);
  const cells = [
    `PX-${new Date(occurred).getUTCFullYear()}-${String(position + 1).padStart(6, '0')}`,
    sometimes(0.5, random, () => makeUuid(random)),
    pick(categories, random), state,
    writtenDay(occurred, random), `${writtenTime(occurred + dayMs, random)}${zone}`,
    state === 'Closed' ? isoDay(occurred + Math.floor(random() * 200 + 2) * dayMs) : '',
    pick(narratives, random), place.town, place.address, place.country, place.latitude, place.longitude, place.position,
    sometimes(0.6, random, () => `${place.prefix} ${digits(3, random)} ${digits(4, random)}`),
    sometimes(0.2, random, () => `witness${position}@example.org`),
    String(Math.floor(random() ** 3 * 12)), String(Math.floor(random() * 5) + 1),
    sometimes(0.7, random, () => makeAmount(position, random)), pick(['yes', 'no', 'no', ''], random),
    sometimes(0.25, random, () => [...new Set([pick(keywords, random), pick(keywords, random)])].join('; ')),
    sometimes(0.2, random, () => makeDetails(position, random)),
    sometimes(0.4, random, () => pick(rosters, random)),
  ];
  return { cells, issues: [] };
};
