/** Countries as registries write them: ISO 3166-1 codes, and their names in five languages from the Unicode CLDR that the runtime carries. */
import { foldText } from './fold-words.ts';

const alpha3 = 'AFG ALB DZA AND AGO ARG ARM AUS AUT AZE BHS BHR BGD BRB BLR BEL BLZ BEN BTN BOL BIH BWA BRA BRN BGR BFA BDI KHM CMR CAN CPV CAF TCD CHL CHN COL COM COG COD CRI CIV HRV CUB CYP CZE DNK DJI DMA DOM ECU EGY SLV GNQ ERI EST SWZ ETH FJI FIN FRA GAB GMB GEO DEU GHA GRC GRD GTM GIN GNB GUY HTI HND HUN ISL IND IDN IRN IRQ IRL ISR ITA JAM JPN JOR KAZ KEN KIR PRK KOR KWT KGZ LAO LVA LBN LSO LBR LBY LIE LTU LUX MDG MWI MYS MDV MLI MLT MHL MRT MUS MEX FSM MDA MCO MNG MNE MAR MOZ MMR NAM NRU NPL NLD NZL NIC NER NGA MKD NOR OMN PAK PLW PAN PNG PRY PER PHL POL PRT QAT ROU RUS RWA KNA LCA VCT WSM SMR STP SAU SEN SRB SYC SLE SGP SVK SVN SLB SOM ZAF SSD ESP LKA SDN SUR SWE CHE SYR TWN TJK TZA THA TLS TGO TON TTO TUN TUR TKM TUV UGA UKR ARE GBR USA URY UZB VUT VEN VNM YEM ZMB ZWE HKG MAC PSE PRI GRL FRO GIB IMN JEY GGY BMU CYM VGB'.split(' ');

/** As people write them, beside the names of the CLDR. */
const otherNames = 'usa, us, u s a, u s, united states of america, uk, u k, great britain, england, scotland, wales, northern ireland, jersey, guernsey, isle of man, russia, russian federation, iran, islamic republic of iran, syria, syrian arab republic, north korea, south korea, korea, democratic people s republic of korea, republic of korea, burma, ivory coast, cote d ivoire, czech republic, holland, macedonia, turkey, uae, emirates, congo, democratic republic of the congo, drc, vietnam, viet nam, laos, moldova, bolivia, venezuela, tanzania, palestine, occupied palestinian territory, estados unidos, eeuu, ee uu, reino unido, corea del norte, corea del sur, etats unis, royaume uni, coree du nord, coree du sud, vereinigte staaten, usa, grossbritannien, eua, coreia do norte, coreia do sul, deutschland, brd, hong kong, macau, taiwan, kosovo, curacao, unknown country'.split(', ');

const foldName = (name: string): string => foldText(name).replace(/[^\p{L}]+/gu, ' ').trim();

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

interface Countries { readonly codes: ReadonlySet<string>; readonly names: ReadonlySet<string> }
let known: Countries | null = null;

const countries = (): Countries => {
  if (known !== null) return known;
  const codes = new Set(alpha3), names = new Set(otherNames.map(foldName));
  for (const language of ['en', 'es', 'fr', 'pt', 'de']) {
    const display = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
    for (const first of letters)
      for (const second of letters) {
        const name = display.of(first + second);
        if (name === undefined || ['EU', 'EZ', 'UN', 'QO', 'ZZ', 'XA', 'XB'].includes(first + second)) continue;
        codes.add(first + second);
        names.add(foldName(name));
      }
  }
  return known = { codes, names };
};

export const isCountryCode = (text: string): boolean => /^[A-Za-z]{2,3}$/.test(text) && countries().codes.has(text.toUpperCase());
export const isCountryName = (text: string): boolean => text.length >= 4 && text.length <= 60 && countries().names.has(foldName(text));
