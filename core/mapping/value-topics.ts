/** Words that tell what a column of categories is about, whatever its name: what is stolen, driven, worked as. Five languages, folded. */
const words = {
  offence: 'theft robbery burglary assault larceny battery homicide murder fraud vandalism arson kidnapping rape trespass shoplifting narcotics harassment stealing mischief weapons drug dui threat '
    + 'robo hurto homicidio lesiones violencia amenazas fraude asalto dano delito abuso secuestro extorsion colision atropello choque '
    + 'vol vols cambriolage agression mefait violence escroquerie homicide infraction degradation stupefiants coups '
    + 'roubo furto homicidio lesao ameaca estelionato trafico latrocinio estupro diebstahl raub einbruch korperverletzung betrug sachbeschadigung totschlag unfall notigung',
  premises: 'street residence apartment house dwelling sidewalk store shop bank school parking park bar restaurant hotel station office garage alley vehicle home hospital church yard '
    + 'via casa vivienda domicilio tienda escuela banco comercio rue domicile magasin ecole logement parking rua residencia loja escola comercio strasse wohnung haus geschaft schule parkplatz bahnhof',
  weapon: 'gun handgun firearm pistol rifle shotgun knife blade bat hammer fist fists hands unarmed machete blunt strongarm revolver arma pistola cuchillo navaja blanca fuego arme couteau pistolet feu faca revolver messer pistole schusswaffe waffe taser explosive',
  status: 'active inactive open closed dissolved cancelled pending resolved arrested cleared suspended expired valid revoked deregistered liquidation struck unresolved under completed registered unavailable '
    + 'activo activa inactivo abierto cerrado alta baja vigente suspendido cancelado disuelta actif active ferme ouvert radie cesse dissoute ativa ativo inativa baixada suspensa aberto fechado aktiv inaktiv geloscht erloschen offen geschlossen erledigt',
  craft: 'cargo tanker tug tugboat trawler barge ferry yacht bulk container vessel ship boat sailboat sedan suv truck van pickup motorcycle coupe hatchback bus trailer helicopter airplane glider rotorcraft wing liner seiner dredger passenger fishing '
    + 'buque pesquero remolcador carguero camion furgoneta turismo motocicleta autobus chalutier petrolier cargo remorqueur voiture camion moto navio rebocador petroleiro automovel motocicleta caminhao schlepper frachter tanker lkw pkw motorrad anhanger',
  form: 'limited company partnership corporation llc plc nonprofit sole proprietorship association foundation cooperative charity gmbh ag kg ohg sarl sas sci eurl sociedad sociedade anonima limitada societe entreprise genossenschaft verein stiftung einzelunternehmen ltda empresario',
  activity: 'activities manufacture manufacturing wholesale retail consultancy services trade construction transport management agents comercio venta servicios fabricacion construccion actividades commerce fabrication activites conseil comercio fabricacao atividades servicos handel herstellung dienstleistungen vermittlung beratung',
  position: 'minister director officer president chairman governor commander general colonel secretary manager engineer teacher driver leader member deputy head chief ambassador inspector analyst pilot lieutenant journalist lawyer doctor nurse '
    + 'ministro director presidente gobernador comandante jefe secretario profesor abogado ministre directeur president gouverneur chef professeur avocat ministro diretor presidente comandante professor advogado engenheiro minister leiter direktor lehrer lehrerin ingenieur arzt schlosser anwalt',
} as const;

export type ValueTopic = keyof typeof words;
export const valueTopics = Object.keys(words) as readonly ValueTopic[];

const topicsOfWord = new Map<string, ValueTopic[]>();
for (const topic of valueTopics)
  for (const word of words[topic].split(' ')) topicsOfWord.set(word, [...topicsOfWord.get(word) ?? [], topic]);

/** @param folded a value, accents and case taken away */
export const topicsOf = (folded: string): ReadonlySet<ValueTopic> => {
  const found = new Set<ValueTopic>();
  for (const word of folded.slice(0, 200).split(/[^\p{L}]+/u)) for (const topic of topicsOfWord.get(word) ?? topicsOfWord.get(word.replace(/s$/, '')) ?? []) found.add(topic);
  return found;
};

/** The concepts of a field's name whose values the topic's words are. */
export const conceptsOfTopic: Readonly<Record<ValueTopic, readonly string[]>> = {
  offence: ['offence', 'incident', 'accident'], premises: ['premises'], weapon: ['weapon'], status: ['status'], craft: ['vessel', 'vehicle', 'aircraft'], form: ['form'], activity: ['activity'], position: ['position'],
};
