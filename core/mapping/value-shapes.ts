/** What one value looks like. Every pattern is linear; a value may have several shapes. */
import { isCountryCode, isCountryName } from './country-texts.ts';
import { isIban, isImoNumber, isMmsi, isVin } from './check-digits.ts';
import { foldText } from './fold-words.ts';

export const valueShapes = [
  'integer', 'decimal', 'fine_decimal', 'lat_range', 'lon_range', 'year', 'year_month', 'date', 'date_time', 'time', 'military_time', 'month', 'month_word', 'day_number', 'money',
  'email', 'phone', 'url', 'uuid', 'hash', 'pair', 'boolean', 'sex', 'country_code', 'country_name', 'state_code', 'postal', 'imo', 'mmsi', 'iban', 'vin', 'call_sign', 'code', 'short_code', 'letter_code',
  'words', 'proper', 'person', 'organisation', 'street', 'long', 'sentence', 'list', 'colour', 'place_path',
] as const;
export type ValueShape = (typeof valueShapes)[number];

/** What senders write for "no value". */
const nothing = /^(?:-0-|null|n\/?a|nan|none|nil|\\N|-+|\.+|\?+|#n\/?a|\(null\)|s\/d|sin dato|sin datos|unbekannt|unknown|desconocido|inconnu|desconhecido|not available|none supplied|not supplied|keine angabe|k\.?a\.?)$/i;
export const saysNothing = (text: string): boolean => text === '' || nothing.test(text);

const integer = /^[+-]?\d{1,18}$/;
const grouped = /^[+-]?\d{1,3}(?:[.,' \u00a0]\d{3})+(?:[.,]\d{1,4})?$/;
const decimal = /^[+-]?\d{0,12}[.,]\d+(?:[eE][+-]?\d{1,3})?$/;
const numericDate = /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2}))$/;
const compactDate = /^(?:1[89]|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/;
const namedDate = /^(?:\d{1,2}[-. /](?:de )?\p{L}{3,10}\.?[-., /]{1,2}(?:de )?\d{2,4}|\p{L}{3,10}\.? \d{1,2},? \d{4}|circa \d{4}|\d{4}[- ]\p{L}{3}[- ]\d{1,2})$/u;
const clock = /^\d{1,2}[:h.]\d{2}(?:[:m.]\d{2}(?:[.,]\d{1,9})?)?s?(?: ?[AaPp]\.?[Mm]\.?)?$/;
const dateTime = /^(\S{6,12}|\d{1,2}[ -]\p{L}{3,10}[ -]\d{2,4})[T ]+(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?[AaPp]\.?[Mm]\.?)?)(?: ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{0,2}))?$/u;
const money = /^(?:[$€£¥]|R\$|US\$|USD|EUR|GBP)\s?-?[\d.,' ]+$|^-?[\d.,' ]+\s?(?:[$€£]|USD|EUR|GBP)$/;
const email = /^(?:mailto:)?[^\s@,;|]{1,64}@[^\s@,;|]+\.[A-Za-z]{2,}$/;
const url = /^(?:(?:https?|ftp):\/\/|www\.)\S+$|^[a-z0-9-]{2,60}\.(?:com|org|net|gov|edu|info|eu|de|fr|es|br|pt|uk|co\.uk|com\.br|gob\.\w\w|gouv\.fr)(?:\/\S*)?$/i;
const uuid = /^\{?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\}?$/;
const pair = /^(?:\(|\[|POINT ?\(|\{.*"?lat)?\s*[+-]?\d{1,3}\.\d+\s*[,; ]\s*[+-]?\d{1,3}\.\d+\s*[)\]}]?$|"type"\s*:\s*"Point"/i;
const booleans: ReadonlySet<string> = new Set('true false yes no t f y n si s não nao sim oui non o ja nein j wahr falsch vrai faux verdadero falso verdadeiro x'.split(' '));
const sexes: ReadonlySet<string> = new Set('m f male female man woman h hombre mujer masculino femenino femenina v varon homme femme masculin feminin masculine feminine mann frau mannlich weiblich w homem mulher feminino u x unknown other diverse d'.split(' '));
const months: ReadonlySet<string> = new Set(('january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec '
  + 'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre ene abr ago dic janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre fevr avr juil '
  + 'janeiro fevereiro marco maio junho julho setembro outubro novembro dezembro fev set out dez januar februar marz juni juli oktober dezember okt').split(' '));
const colours: ReadonlySet<string> = new Set(('white black grey gray silver blue red green yellow orange brown beige gold purple violet pink maroon tan navy cream bronze '
  + 'blanco negro gris plata plateado azul rojo verde amarillo naranja marron blanc noir argent bleu rouge vert jaune gris blanche branco preto cinza prata vermelho amarelo laranja bege '
  + 'weiss schwarz grau silber blau rot grun gelb braun whi blk gry sil blu grn').split(' '));
const postal = /^(?:\d{5}(?:[- ]?\d{4})?|\d{4} ?[A-Z]{2}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{5}-\d{3}|\d{4}(?:-\d{3})?|[A-Z]{1,2}-?\d{4,5}|\d{2}-\d{3}|\d{3}[ -]?\d{2,4})$/i;
const callSign = /^(?=[^\d]*\d)(?=[^A-Z]*[A-Z])[A-Z0-9]{1,4}[ -]?[A-Z0-9]{2,5}$/;
const code = /^(?=[^\d]*\d)[\p{L}\d][\p{L}\d./#_-]{0,39}$|^\p{Lu}{1,5}[ .-]{1,2}\d[\d ./-]{1,20}\p{L}?$/u;
/** States of federations whose codes are in daily use: USA, Canada, Brazil, Australia. */
const states: ReadonlySet<string> = new Set('AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR GU VI ON QC BC AB MB SK NS NB NL PE YT NT NU AC AP AM BA CE ES GO MA MG PB PR RJ RN RS RO RR SP SE TO NSW VIC QLD TAS ACT'.split(' '));
const phone = /^(?:\+|00)?[\d\s().\-/]{6,24}(?:(?:ext|x)\.? ?\d{1,6})?$/i;
const organisation = /(?:^|[\s,.(])(?:ltd|limited|llc|inc|incorporated|corp|corporation|co|company|companies|gmbh|ag|kg|ohg|ug|e\.?v|sa|s\.a|s\.a\.s|sas|sarl|s\.a\.r\.l|eurl|snc|srl|s\.r\.l|spa|s\.p\.a|ltda|lda|eireli|s\/a|me|bv|b\.v|nv|n\.v|plc|llp|lp|oy|oyj|ab|as|a\/s|aps|jsc|ooo|oao|pjsc|pty|pte|sdn|bhd|kft|doo|d\.o\.o|est|trust|bank|banco|banque|foundation|fundacion|fondation|stiftung|university|universidad|universite|association|asociacion|associacao|verein|department|dept|ministry|ministerio|ministere|authority|agency|service|services|police|policia|polizei|gendarmerie|group|grupo|groupe|holding|holdings|enterprises|industries|international|trading|shipping|marine|navigation|navegacion|navigazione|maritime|lines|airlines|aviation|church|school|college|hospital|council|city of|county of|cooperativa|societe|sociedad|sociedade|compania|companhia|reederei|partners|partnership|fund|office|institute|club|center|centre|airport|office of)\.?(?=$|[\s,.)/])/i;
const street = /(?:^|[\s,.\d])(?:st|street|ave|av|avenue|rd|road|blvd|bl|boulevard|dr|drive|ln|lane|way|hwy|highway|pkwy|parkway|ct|court|pl|place|sq|square|ter|terrace|cir|circle|crescent|close|row|quay|alley|calle|call|cl|c\/|avda|avenida|paseo|plaza|carretera|ctra|camino|ronda|travesia|rue|chemin|allee|impasse|quai|cours|route|rua|travessa|praca|alameda|largo|rodovia|estrada|strasse|str|weg|platz|gasse|ring|damm|ufer|allee|ul|via|viale|corso|km|p\.?o\.? ?box|apt|suite|ste|unit|floor|building|bldg|block|blk)\.?(?=$|[\s,.;\d/])|strasse|straße|str\.|weg \d|platz \d/i;
const personWord = String.raw`(?:\p{Lu}[\p{L}'’.-]*|al-?|el|de|da|do|dos|das|del|la|le|van|von|der|bin|ibn|abd|ben|y|e|i)`;
const person = new RegExp(String.raw`^(?:\(?${personWord}\)?,? ){1,5}\(?${personWord}\)?$`, 'u');

export const shapesOf = (raw: string): readonly ValueShape[] => {
  const text = raw.length > 400 ? raw.slice(0, 400) : raw;
  const found: ValueShape[] = [];
  const add = (shape: ValueShape, holds: boolean): boolean => { if (holds) found.push(shape); return holds; };
  if (/^[\s\d.,:/+'()-]/.test(text) || /^\d/.test(text)) numericShapes(text, add);
  const folded = foldText(text);
  add('boolean', booleans.has(folded) || text === '0' || text === '1');
  add('sex', sexes.has(folded));
  if (temporalShapes(text, add)) return found;
  if (markedShapes(text, add)) return found;
  idShapes(text, add);
  if (/\p{L}/u.test(text)) wordShapes(text, folded, add);
  return found;
};

type Add = (shape: ValueShape, holds: boolean) => boolean;

const numericShapes = (text: string, add: Add): void => {
  const whole = add('integer', integer.test(text));
  const split = !whole && add('decimal', decimal.test(text) || grouped.test(text) && !/^\+|^0\d/.test(text));
  if (!whole && !split) return;
  const value = Number(text.replace(',', '.'));
  add('fine_decimal', split && /[.,]\d{3,}$/.test(text) && !grouped.test(text));
  add('lat_range', Math.abs(value) <= 90);
  add('lon_range', Math.abs(value) <= 180);
  add('year', whole && value >= 1800 && value <= 2040);
  add('month', whole && value >= 1 && value <= 12);
  add('day_number', whole && value >= 1 && value <= 31);
  add('military_time', whole && value >= 0 && value <= 2359 && value % 100 < 60 && text.length <= 4);
};

const temporalShapes = (text: string, add: Add): boolean => {
  if (text.length < 4 || text.length > 40) return false;
  const both = dateTime.exec(text);
  const datePart = both?.[1] ?? text;
  const dated = numericDate.test(datePart) || compactDate.test(datePart) || (both === null ? namedDate.test(datePart) : true) && /\d/.test(datePart) && (numericDate.test(datePart) || namedDate.test(datePart));
  if (add('date', dated)) { add('date_time', both !== null); return !compactDate.test(text); }
  if (add('year_month', /^(?:1[89]|20)\d{2}[-/](?:0?[1-9]|1[0-2])$/.test(text))) return true;
  return add('time', clock.test(text) && (text.includes(':') || /h/i.test(text)));
};

const markedShapes = (text: string, add: Add): boolean =>
  add('email', email.test(text)) || add('url', url.test(text)) || add('uuid', uuid.test(text)) || add('pair', pair.test(text)) || add('money', money.test(text));

const idShapes = (text: string, add: Add): void => {
  add('hash', /^[0-9a-f]{32,128}$/i.test(text));
  add('imo', isImoNumber(text));
  add('mmsi', isMmsi(text));
  add('iban', isIban(text));
  add('vin', isVin(text));
  add('postal', postal.test(text));
  add('call_sign', callSign.test(text) && text.length <= 9);
  const digits = text.replace(/\D/g, '').length;
  add('phone', digits >= 7 && digits <= 15 && phone.test(text) && !decimal.test(text));
  add('code', code.test(text));
  add('short_code', text.length <= 8 && /^[\p{L}\d./-]+$/u.test(text) && (/\d/.test(text) || text === text.toUpperCase()));
  add('letter_code', /^[A-Z][A-Z0-9]{0,9}$/.test(text));
  add('country_code', isCountryCode(text));
  add('state_code', states.has(text));
  add('country_name', isCountryName(text));
};

const wordShapes = (text: string, folded: string, add: Add): void => {
  const letters = text.replace(/[^\p{L}]/gu, '').length;
  const wordy = letters >= 3 && letters * 2 > text.length;
  add('words', wordy);
  add('month_word', months.has(folded.replace(/\.$/, '')));
  add('colour', colours.has(folded.split(/[ /,-]/)[0] ?? ''));
  add('proper', wordy && !/\d/.test(text) && /^\p{Lu}/u.test(text) && text.length <= 60);
  const organised = organisation.test(text) && add('organisation', true);
  const streetLike = street.test(foldText(text));
  add('street', streetLike && (/\d/.test(text) || text.length > 8));
  add('person', !organised && text.length <= 60 && !/\d/.test(text) && person.test(text));
  add('long', text.length >= 40);
  add('sentence', text.length >= 25 && /\p{Ll}{2}[.;:,] /u.test(text));
  add('list', /[;|]/.test(text));
  add('place_path', /,\s*\p{L}/u.test(text));
};
