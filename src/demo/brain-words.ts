/** What a clause asks for, by its verb. */
export type Deed = "read" | "create" | "notify" | "update" | "delete" | "start" | "stop";

const VERBS: Readonly<Record<Deed, string>> = {
  read: "show list get read find search check look see view give which what how who fetch display count muestra muestrame enseña ensena lista listame dime ver busca consulta mira lee cuantos cuantas cual cuales que cuanto cuanta revisa comprueba",
  create:
    "create add make new order register schedule book place open crea crear añade anade agrega haz registra programa encarga pide abre",
  notify:
    "tell notify inform announce warn post message say publish write di dile diles avisa avisale notifica informa anuncia comunica cuenta publica escribe avisar",
  update:
    "set change update put adjust increase raise lower reduce modify rename mark assign make pon ponga fija establece cambia actualiza ajusta sube baja modifica deja poner cambiar",
  delete: "delete remove cancel erase drop discard borra elimina quita cancela borrar eliminar",
  start: "start launch begin run resume arranca inicia enciende reanuda arrancar",
  stop: "stop halt pause para deten detén apaga pausa parar",
};
const DEEDS: ReadonlyMap<string, Deed> = new Map(
  (Object.entries(VERBS) as [Deed, string][])
    .reverse()
    .flatMap(([deed, verbs]) => verbs.split(" ").map((verb) => [plain(verb), deed] as const)),
);

/** Spanish words for things, by the English that service descriptions mostly use. */
const SPANISH: Readonly<Record<string, string>> = Object.fromEntries(
  "existencias:stock existencia:stock inventario:stock pieza:part piezas:part repuesto:part tornillo:bolt tornillos:bolt tuerca:nut tuercas:nut arandela:washer arandelas:washer correa:belt rodamiento:bearing rodamientos:bearing chapa:sheet acero:steel aceite:oil corte:cutting perfil:profile aluminio:aluminium taller:workshop maquina:machine maquinas:machine fresadora:mill torno:lathe trabajo:job trabajos:job tarea:task tareas:task encargo:job aviso:notice avisos:notice tablon:board mensaje:message mensajes:message nota:note notas:note pedido:order pedidos:order cliente:customer clientes:customer usuario:user usuarios:user mascota:pet mascotas:pet factura:invoice facturas:invoice precio:price nombre:name estado:status cantidad:quantity producto:product productos:product tienda:store libro:book libros:book archivo:file archivos:file proyecto:project proyectos:project equipo:team parada:stopped parado:stopped paradas:stopped corriendo:running marcha:running libre:idle libres:idle pendiente:waiting pendientes:waiting disponible:available disponibles:available vendido:sold cancelado:cancelled hecho:done"
    .split(" ")
    .map((pair) => pair.split(":")),
);

const STOPWORDS = new Set(
  "the a an of to in on at for with by from and or is are there be it its this that these those my our your me us all please can could would you now just how many much do does did have has we i him her them as el la los las un una unos unas de del al a en con por para y o e es son hay esta estan este esto eso se lo le les su sus mi nuestro por favor ahora puedes podrias me nos todo todos todas tenemos tienen hacia one about into right piloto model want need quiero queremos necesito necesitamos would like".split(
    " ",
  ),
);

/** Lower case, no accents. */
export function plain(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
}

export interface Token {
  /** As it was written. */
  readonly raw: string;
  /** In English where it is known, singular, lower case. */
  readonly word: string;
}

export function tokensOf(text: string): Token[] {
  return (text.match(/[\p{L}\p{N}][\p{L}\p{N}_-]*/gu) ?? []).map((raw) => ({ raw, word: wordOf(raw) }));
}

function wordOf(raw: string): string {
  const lower = plain(raw);
  const english = Object.hasOwn(SPANISH, lower) ? SPANISH[lower]! : lower;
  return singular(english);
}

export function singular(word: string): string {
  if (word.length <= 3 || !word.endsWith("s") || /(?:ss|us|is)$/.test(word)) return word;
  return word
    .replace(/ies$/, "y")
    .replace(/(?<=ch|sh|x)es$/, "")
    .replace(/(?<=[^s])s$/, "");
}

export const isStopword = (word: string) => STOPWORDS.has(word);
export const deedOf = ({ raw }: Token): Deed | undefined =>
  DEEDS.get(plain(raw)) ?? DEEDS.get(plain(withoutPronoun(raw)));

/** The words of a path, a summary or a name: `setStock` and `/parts/{partId}/stock` fall into their parts. */
export function wordsOf(text: string): Set<string> {
  const split = text.replace(/([a-z])([A-Z])/g, "$1 $2").match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(split.map((word) => singular(plain(word))).filter((word) => !STOPWORDS.has(word)));
}

export interface Clause {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly deed: Deed;
  /** The verb itself was said; otherwise a question or a bare noun is taken for reading. */
  readonly hasVerb: boolean;
}

const JOINTS =
  /\s*(?:[;.]\s+|,?\s+(?:and then|then|and|also|y luego|luego|y despues|y después|después|despues|y también|y|además)\s+|,\s+)/i;

/** A request in its parts: it is cut only where the next part begins with a verb. */
export function clausesOf(request: string): Clause[] {
  const parts: string[] = [];
  let joint = "";
  for (const piece of request.split(new RegExp(`(${JOINTS.source})`, "i"))) {
    if (piece === "") continue;
    if (new RegExp(`^${JOINTS.source}$`, "i").test(piece)) joint = piece;
    else if (parts.length > 0 && !startsWithVerb(piece)) parts[parts.length - 1] += joint + piece;
    else parts.push(piece);
  }
  return withTopics(parts).map(toClause);
}

/** "the stock of bolts is wrong, set it to 400": what was only named stands where "it" refers to it. */
function withTopics(parts: readonly string[]): string[] {
  const told: string[] = [];
  for (const part of parts) {
    const topic = told.at(-1);
    const filled = topic !== undefined && !toClause(topic).hasVerb ? referringTo(topic, part) : undefined;
    if (filled === undefined) told.push(part);
    else told[told.length - 1] = filled;
  }
  return told;
}

function referringTo(topic: string, part: string): string | undefined {
  const noun = topic.replace(/\s+(?:is|are|was|were|est[aá]n?|es|son)\s.*$/iu, "");
  if (/\b(?:it|them)\b/i.test(part)) return part.replace(/\b(?:it|them)\b/i, noun);
  const [verb] = /^\p{L}+/u.exec(part) ?? [""];
  const bare = withoutPronoun(verb);
  return DEEDS.has(plain(verb)) || bare === verb ? undefined : part.replace(verb, `${bare} ${noun}`);
}

/** Spanish puts the object behind the verb: `ponlo`, `cámbiala`. */
function withoutPronoun(verb: string): string {
  const bare = verb.replace(/(?:l[oae]s?)$/i, "");
  return DEEDS.has(plain(bare)) ? bare : verb;
}

function startsWithVerb(text: string): boolean {
  const [first, second] = tokensOf(text).filter(({ word }) => !isStopword(word) || word === "que");
  return (first !== undefined && deedOf(first) !== undefined) || (first?.word === "please" && second !== undefined);
}

function toClause(text: string): Clause {
  const tokens = tokensOf(text);
  const isForMe = /^(?:please\s+)?(?:tell|show|give) (?:me|us)\b|^dime\b|^dinos\b/i.test(plain(text));
  const isOnOff = /\b(?:turn|switch) (on|off)\b|\bpon(?:er)? en marcha\b/i.exec(plain(text));
  if (isOnOff) return { text, tokens, deed: isOnOff[1] === "off" ? "stop" : "start", hasVerb: true };
  const verb = tokens.find((token) => deedOf(token) !== undefined);
  const isAmount = !verb && tokens.some(({ raw }) => /^\d+$/.test(raw)) && !/[?¿]/.test(text);
  const deed = isForMe ? "read" : verb ? deedOf(verb)! : isAmount ? "update" : "read";
  return { text, tokens, deed, hasVerb: verb !== undefined };
}
