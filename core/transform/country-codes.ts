/** ISO 3166-1: alpha-2 and alpha-3 of each country (and XK, XKX, which the European Commission and others use for Kosovo). */
export const alpha3ByAlpha2: ReadonlyMap<string, string> = new Map((
  'ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE BABIH BBBRB BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI BJBEN '
  + 'BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS BTBTN BVBVT BWBWA BYBLR BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN COCOL CRCRI '
  + 'CUCUB CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU EEEST EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA '
  + 'GAGAB GBGBR GDGRD GEGEO GFGUF GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD HNHND HRHRV HTHTI HUHUN '
  + 'IDIDN IEIRL ILISR IMIMN ININD IOIOT IQIRQ IRIRN ISISL ITITA JEJEY JMJAM JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ '
  + 'LALAO LBLBN LCLCA LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ '
  + 'MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF '
  + 'PGPNG PHPHL PKPAK PLPOL PMSPM PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN '
  + 'SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF TGTGO THTHA TJTJK TKTKL TLTLS TMTKM TNTUN TOTON TRTUR '
  + 'TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR VNVNM VUVUT WFWLF WSWSM XKXKX YEYEM YTMYT ZAZAF ZMZMB ZWZWE'
).split(' ').map((pair) => [pair.slice(0, 2), pair.slice(2)] as const));

/** Names that registers write and CLDR does not: formal and former ones, and those of the United Nations’ lists. */
export const otherCountryNames: Readonly<Record<string, string>> = {
  'usa': 'US', 'u.s.a': 'US', 'u.s': 'US', 'united states of america': 'US', 'the united states': 'US', 'estados unidos de america': 'US', 'ee uu': 'US', 'eeuu': 'US', 'ee.uu': 'US',
  'etats-unis d’amerique': 'US', 'estados unidos da america': 'US', 'vereinigte staaten von amerika': 'US',
  'uk': 'GB', 'u.k': 'GB', 'great britain': 'GB', 'united kingdom of great britain and northern ireland': 'GB', 'gran bretana': 'GB', 'grande-bretagne': 'GB', 'grossbritannien': 'GB',
  'holland': 'NL', 'the netherlands': 'NL', 'kingdom of the netherlands': 'NL', 'holanda': 'NL', 'russian federation': 'RU', 'the russian federation': 'RU', 'federacion de rusia': 'RU',
  'republic of korea': 'KR', 'korea, republic of': 'KR', 'korea, south': 'KR', 'democratic people’s republic of korea': 'KP', 'korea, democratic people’s republic of': 'KP', 'korea, north': 'KP', 'dprk': 'KP',
  'iran (islamic republic of)': 'IR', 'islamic republic of iran': 'IR', 'iran, islamic republic of': 'IR', 'syrian arab republic': 'SY', 'viet nam': 'VN',
  'bolivia (plurinational state of)': 'BO', 'bolivia, plurinational state of': 'BO', 'venezuela (bolivarian republic of)': 'VE', 'venezuela, bolivarian republic of': 'VE',
  'united republic of tanzania': 'TZ', 'tanzania, united republic of': 'TZ', 'lao people’s democratic republic': 'LA', 'lao pdr': 'LA', 'republic of moldova': 'MD', 'moldova, republic of': 'MD',
  'democratic republic of the congo': 'CD', 'congo, democratic republic of the': 'CD', 'congo, the democratic republic of the': 'CD', 'dr congo': 'CD', 'drc': 'CD', 'zaire': 'CD',
  'congo': 'CG', 'republic of the congo': 'CG', 'congo (brazzaville)': 'CG', 'congo (kinshasa)': 'CD', 'czech republic': 'CZ', 'republica checa': 'CZ', 'republique tcheque': 'CZ',
  'macedonia': 'MK', 'the former yugoslav republic of macedonia': 'MK', 'republic of north macedonia': 'MK', 'swaziland': 'SZ', 'burma': 'MM', 'cape verde': 'CV', 'ivory coast': 'CI', 'elfenbeinkuste': 'CI',
  'turkey': 'TR', 'turquia': 'TR', 'east timor': 'TL', 'holy see': 'VA', 'vatican': 'VA', 'taiwan, province of china': 'TW', 'republic of china': 'TW', 'people’s republic of china': 'CN', 'brunei darussalam': 'BN',
  'micronesia (federated states of)': 'FM', 'state of palestine': 'PS', 'palestine': 'PS', 'palestinian territory, occupied': 'PS', 'falkland islands (malvinas)': 'FK', 'republic of ireland': 'IE', 'uae': 'AE',
};
