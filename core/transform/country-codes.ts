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

/** The three digits of ISO 3166-1, which the United Nations use too (M49). */
export const alpha2ByNumber: ReadonlyMap<string, string> = new Map((
  'AD020 AE784 AF004 AG028 AI660 AL008 AM051 AO024 AQ010 AR032 AS016 AT040 AU036 AW533 AX248 AZ031 BA070 BB052 BD050 BE056 BF854 BG100 BH048 BI108 BJ204 BL652 '
  + 'BM060 BN096 BO068 BQ535 BR076 BS044 BT064 BV074 BW072 BY112 BZ084 CA124 CC166 CD180 CF140 CG178 CH756 CI384 CK184 CL152 CM120 CN156 CO170 CR188 CU192 CV132 '
  + 'CW531 CX162 CY196 CZ203 DE276 DJ262 DK208 DM212 DO214 DZ012 EC218 EE233 EG818 EH732 ER232 ES724 ET231 FI246 FJ242 FK238 FM583 FO234 FR250 GA266 GB826 GD308 '
  + 'GE268 GF254 GG831 GH288 GI292 GL304 GM270 GN324 GP312 GQ226 GR300 GS239 GT320 GU316 GW624 GY328 HK344 HM334 HN340 HR191 HT332 HU348 ID360 IE372 IL376 IM833 '
  + 'IN356 IO086 IQ368 IR364 IS352 IT380 JE832 JM388 JO400 JP392 KE404 KG417 KH116 KI296 KM174 KN659 KP408 KR410 KW414 KY136 KZ398 LA418 LB422 LC662 LI438 LK144 '
  + 'LR430 LS426 LT440 LU442 LV428 LY434 MA504 MC492 MD498 ME499 MF663 MG450 MH584 MK807 ML466 MM104 MN496 MO446 MP580 MQ474 MR478 MS500 MT470 MU480 MV462 MW454 '
  + 'MX484 MY458 MZ508 NA516 NC540 NE562 NF574 NG566 NI558 NL528 NO578 NP524 NR520 NU570 NZ554 OM512 PA591 PE604 PF258 PG598 PH608 PK586 PL616 PM666 PN612 PR630 '
  + 'PS275 PT620 PW585 PY600 QA634 RE638 RO642 RS688 RU643 RW646 SA682 SB090 SC690 SD729 SE752 SG702 SH654 SI705 SJ744 SK703 SL694 SM674 SN686 SO706 SR740 SS728 '
  + 'ST678 SV222 SX534 SY760 SZ748 TC796 TD148 TF260 TG768 TH764 TJ762 TK772 TL626 TM795 TN788 TO776 TR792 TT780 TV798 TW158 TZ834 UA804 UG800 UM581 US840 UY858 '
  + 'UZ860 VA336 VC670 VE862 VG092 VI850 VN704 VU548 WF876 WS882 YE887 YT175 ZA710 ZM894 ZW716'
).split(' ').map((pair) => [pair.slice(2), pair.slice(0, 2)] as const));

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
  'argentine republic': 'AR', 'french republic': 'FR', 'italian republic': 'IT', 'portuguese republic': 'PT', 'hellenic republic': 'GR', 'slovak republic': 'SK', 'kyrgyz republic': 'KG', 'lebanese republic': 'LB',
  'gabonese republic': 'GA', 'togolese republic': 'TG', 'rwandese republic': 'RW', 'swiss confederation': 'CH', 'united mexican states': 'MX', 'estados unidos mexicanos': 'MX', 'commonwealth of australia': 'AU',
  'state of israel': 'IL', 'state of kuwait': 'KW', 'state of qatar': 'QA', 'state of eritrea': 'ER', 'palestine, state of': 'PS', 'federated states of micronesia': 'FM', 'independent state of samoa': 'WS', 'independent state of papua new guinea': 'PG',
  'netherlands (kingdom of the)': 'NL', 'korea (the republic of)': 'KR', 'korea (the democratic people’s republic of)': 'KP', 'tanzania, the united republic of': 'TZ', 'moldova (the republic of)': 'MD', 'congo (the democratic republic of the)': 'CD',
  'bonaire, sint eustatius and saba': 'BQ', 'heard island and mcdonald islands': 'HM', 'saint helena, ascension and tristan da cunha': 'SH', 'south georgia and the south sandwich islands': 'GS', 'saint vincent and the grenadines': 'VC',
  'saint martin (french part)': 'MF', 'sint maarten (dutch part)': 'SX', 'united states minor outlying islands': 'UM', 'virgin islands, british': 'VG', 'virgin islands (british)': 'VG', 'virgin islands, u.s.': 'VI', 'virgin islands (u.s.)': 'VI', 'virgin islands of the united states': 'VI',
  'hong kong special administrative region of china': 'HK', 'macao special administrative region of china': 'MO', 'holy see (vatican city state)': 'VA', 'vatican city state': 'VA', 'prc': 'CN', 'p.r. china': 'CN', 'pr china': 'CN', 'republica popular china': 'CN',
  'england': 'GB', 'scotland': 'GB', 'wales': 'GB', 'northern ireland': 'GB', 'inglaterra': 'GB', 'escocia': 'GB', 'gales': 'GB', 'irlanda del norte': 'GB', 'angleterre': 'GB', 'reino unido de gran bretana e irlanda del norte': 'GB',
  'republique democratique du congo': 'CD', 'republica democratica do congo': 'CD', 'republica democratica del congo': 'CD', 'demokratische republik kongo': 'CD', 'republique du congo': 'CG', 'republica del congo': 'CG', 'republica do congo': 'CG', 'republik kongo': 'CG',
  'republica popular de china': 'CN', 'republique populaire de chine': 'CN', 'republica popular da china': 'CN', 'volksrepublik china': 'CN', 'republica de corea': 'KR', 'republique de coree': 'KR', 'republica da coreia': 'KR', 'republik korea': 'KR',
  'republica popular democratica de corea': 'KP', 'republique populaire democratique de coree': 'KP', 'republica popular democratica da coreia': 'KP', 'demokratische volksrepublik korea': 'KP',
  'republic of yemen': 'YE', 'republica de yemen': 'YE', 'republic of the sudan': 'SD', 'republica del sudan': 'SD', 'socialist republic of viet nam': 'VN', 'socialist republic of vietnam': 'VN',
  'plurinational state of bolivia': 'BO', 'estado plurinacional de bolivia': 'BO', 'fyrom': 'MK', 'upper volta': 'BF', 'ceylon': 'LK', 'persia': 'IR', 'siam': 'TH', 'byelorussia': 'BY', 'belorussia': 'BY', 'kirghizia': 'KG', 'eire': 'IE', 'bosnia': 'BA', 'brd': 'DE', 'federacion rusa': 'RU',
};
