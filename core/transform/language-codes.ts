/** ISO 639-1 and the terminological codes of ISO 639-2; the bibliographic ones (`ger`, `fre`) are read too. */
export const alpha3ByLanguage: ReadonlyMap<string, string> = new Map((
  'aaaar ababk aeave afafr akaka amamh anarg arara asasm avava ayaym azaze babak bebel bgbul bibis bmbam bnben bobod brbre bsbos cacat ceche chcha cocos crcre csces '
  + 'cuchu cvchv cycym dadan dedeu dvdiv dzdzo eeewe elell eneng eoepo esspa etest eueus fafas ffful fifin fjfij fofao frfra fyfry gagle gdgla glglg gngrn guguj gvglv '
  + 'hahau heheb hihin hohmo hrhrv hthat huhun hyhye hzher iaina idind ieile igibo iiiii ikipk ioido isisl itita iuiku jajpn jvjav kakat kgkon kikik kjkua kkkaz klkal '
  + 'kmkhm knkan kokor krkau kskas kukur kvkom kwcor kykir lalat lbltz lglug lilim lnlin lolao ltlit lulub lvlav mgmlg mhmah mimri mkmkd mlmal mnmon mrmar msmsa mtmlt '
  + 'mymya nanau nbnob ndnde nenep ngndo nlnld nnnno nonor nrnbl nvnav nynya ococi ojoji omorm orori ososs papan pipli plpol pspus ptpor quque rmroh rnrun roron rurus '
  + 'rwkin sasan scsrd sdsnd sesme sgsag sisin skslk slslv smsmo snsna sosom sqsqi srsrp ssssw stsot susun svswe swswa tatam tetel tgtgk ththa titir tktuk tltgl tntsn '
  + 'toton trtur tstso tttat twtwi tytah uguig ukukr ururd uzuzb veven vivie vovol wawln wowol xhxho yiyid yoyor zazha zhzho zuzul'
).split(' ').map((pair) => [pair.slice(0, 2), pair.slice(2)] as const));

export const bibliographicCodes: Readonly<Record<string, string>> = {
  alb: 'sq', arm: 'hy', baq: 'eu', bur: 'my', chi: 'zh', cze: 'cs', dut: 'nl', fre: 'fr', geo: 'ka', ger: 'de', gre: 'el', ice: 'is', mac: 'mk', mao: 'mi', may: 'ms', per: 'fa', rum: 'ro', slo: 'sk', tib: 'bo', wel: 'cy',
};

export const otherLanguageNames: Readonly<Record<string, string>> = {
  castellano: 'es', castilian: 'es', castillan: 'es', farsi: 'fa', mandarin: 'zh', flemish: 'nl', 'brazilian portuguese': 'pt', hochdeutsch: 'de', dari: 'fa',
  tagalog: 'tl', tagalo: 'tl', fulah: 'ff', haitian: 'ht', kirghiz: 'ky', limburgan: 'li', chichewa: 'ny', valencian: 'ca', valenciano: 'ca', occitan: 'oc', 'modern greek': 'el',
};
