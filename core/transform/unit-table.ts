/**
 * Units by kind, each as its exact factor to the first of its kind (NIST Special Publication 811, appendix B; the international foot, pound
 * and nautical mile are exact by definition). A temperature has an offset that is added first.
 */
interface UnitRow { readonly factor: string; readonly per?: string; readonly offset?: string; readonly names?: readonly string[] }

const unit = (factor: string, ...names: readonly string[]): UnitRow => ({ factor, names });

export const unitKinds: Readonly<Record<string, Readonly<Record<string, UnitRow>>>> = {
  length: {
    m: unit('1', 'metre', 'meter', 'metres', 'meters', 'metro', 'metros', 'metre(s)', 'mts'), km: unit('1000', 'kms', 'kilometre', 'kilometer', 'kilometres', 'kilometers', 'kilometros'),
    cm: unit('0.01', 'cms', 'centimetre', 'centimeter', 'centimetres', 'centimeters'), mm: unit('0.001', 'millimetre', 'millimeter', 'millimetres', 'millimeters'),
    in: unit('0.0254', 'inch', 'inches', '"'), ft: unit('0.3048', 'foot', 'feet', "'"), yd: unit('0.9144', 'yard', 'yards'), mi: unit('1609.344', 'mile', 'miles'),
    nmi: unit('1852', 'nautical mile', 'nautical miles', 'nm', 'mn'), fathom: unit('1.8288', 'fathoms'),
  },
  mass: {
    kg: unit('1', 'kgs', 'kilo', 'kilos', 'kilogram', 'kilograms', 'kilogramme'), g: unit('0.001', 'gram', 'grams', 'gr'), mg: unit('0.000001', 'milligram', 'milligrams'),
    t: unit('1000', 'tonne', 'tonnes', 'metric ton'), lb: unit('0.45359237', 'lbs', 'pound', 'pounds'), oz: unit('0.028349523125', 'ounce', 'ounces'),
    st: unit('6.35029318', 'stone'), 'short ton': unit('907.18474'), 'long ton': unit('1016.0469088'),
  },
  speed: {
    'm/s': unit('1', 'mps'), 'km/h': { factor: '5', per: '18', names: ['kmh', 'kph', 'km/hr'] }, mph: unit('0.44704', 'mi/h'),
    kn: { factor: '463', per: '900', names: ['kt', 'kts', 'knot', 'knots'] }, 'ft/s': unit('0.3048'),
  },
  area: {
    m2: unit('1', 'm²', 'sqm', 'sq m'), km2: unit('1000000', 'km²', 'sq km'), ha: unit('10000', 'hectare', 'hectares', 'hectarea', 'hectareas'),
    ft2: unit('0.09290304', 'ft²', 'sq ft', 'sqft'), mi2: unit('2589988.110336', 'mi²', 'sq mi'), acre: unit('4046.8564224', 'acres', 'ac'),
  },
  volume: {
    l: unit('1', 'litre', 'liter', 'litres', 'liters', 'lt'), ml: unit('0.001'), m3: unit('1000', 'm³'), gal: unit('3.785411784', 'us gal', 'gallon', 'gallons'),
    'imp gal': unit('4.54609', 'uk gal'), bbl: unit('158.987294928', 'barrel', 'barrels'),
  },
  temperature: { K: unit('1', 'kelvin'), C: { factor: '1', offset: '273.15', names: ['°C', 'celsius'] }, F: { factor: '5', per: '9', offset: '459.67', names: ['°F', 'fahrenheit'] } },
  duration: {
    s: unit('1', 'sec', 'second', 'seconds'), min: unit('60', 'minute', 'minutes', 'mins'), h: unit('3600', 'hr', 'hrs', 'hour', 'hours'), d: unit('86400', 'day', 'days'),
  },
  power: { W: unit('1', 'watt', 'watts'), kW: unit('1000', 'kilowatt'), MW: unit('1000000', 'megawatt'), mW: unit('0.001', 'milliwatt'), hp: unit('745.69987158227022', 'horsepower'), PS: unit('735.49875', 'cv', 'ch') },
  pressure: { Pa: unit('1', 'pascal'), hPa: unit('100', 'mbar'), kPa: unit('1000'), bar: unit('100000'), atm: unit('101325') },
};
