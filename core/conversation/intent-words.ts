/** What a chat can be asked without a model. */
export type CommandName = "help" | "status" | "runs" | "services" | "fleet" | "stop" | "whoami" | "language" | "link";

/*
 * Words of decisions, in English and Spanish: lower case, without accents and punctuation. A message decides only
 * when it is made of these alone, so what is missing here is asked about, never guessed.
 */
const list = (text: string): readonly string[] => text.split("|");

export const CONFIRMING = list(
  "confirm|confirmed|i confirm|confirm it|confirmo|confirma|confirmar|confirmado|confirmalo|confirmala|go ahead|go for it|do it|run it|execute it|execute|proceed|approve|approved|approve it|i approve|ship it|lets go|lets do it|make it so|dale|adelante|ejecuta|ejecutalo|ejecutala|ejecutar|hazlo|hacedlo|procede|proceder|apruebo|aprobado|aprueba|apruebalo|lanzalo|vamos|tira|vale ejecuta",
);
export const YES = list(
  "yes|yep|yeah|yup|sure|of course|certainly|absolutely|si|sip|claro|claro que si|por supuesto|desde luego|eso es|correcto|correct|exactly|exacto",
);
export const CANCELLING = list(
  "cancel|cancelled|cancel it|cancel that|cancela|cancelar|cancelo|cancelalo|cancelala|forget it|forget about it|never mind|nevermind|discard|discard it|drop it|abort|aborta|abortar|scrap it|dont do it|do not do it|olvidalo|olvidala|dejalo|dejala|descarta|descartalo|no lo hagas|mejor no|better not|rather not|no thanks|no thank you|no gracias|dont run it|do not run it|no lo ejecutes|dont|please dont|i dont want that|i dont want it|i do not approve|i dont approve|never|no apruebo|no confirmo|no quiero eso|no lo quiero|de ninguna manera|ni hablar",
);
export const NO = list("no|nope|nah|no no|nones|negative|negativo");
export const STOPPING = list("stop|stop it|stop that|halt|para|paralo|detente|detenlo|alto|stop now|para ya");
export const HOLDING = list(
  "not yet|not now|no wait|later|ahora no|no espera|luego|mas tarde|wait|wait a moment|wait a minute|hold on|hang on|one moment|dont confirm|do not confirm|dont confirm it|todavia no|aun no|espera|espera un momento|un momento|no confirmes|no lo confirmes|dejame pensar|let me think",
);
export const RETRYING = list(
  "retry|retry it|try again|try it again|once more|again|reintenta|reintentalo|reintentar|otra vez|intentalo otra vez|de nuevo|intentalo de nuevo",
);
export const CONTINUING = list("continue|go on|carry on|continua|continuar|sigue|prosigue|go ahead|adelante|dale");
export const ABANDONING = list("abandon|abandon it|give up|abandona|abandonar|abandonalo|rindete");
/** Heard, but neither yes nor no. */
export const ACKNOWLEDGING = list(
  "ok|okay|okey|vale|y|looks good|se ve bien|excelente|listo|fine|alright|all right|good|great|perfect|nice|cool|bueno|bien|muy bien|perfecto|genial|de acuerdo|entendido|got it|i see|hmm|mm|maybe|perhaps|quizas|quiza|tal vez|ya veo|k",
);
export const GREETINGS = list(
  "hi|hello|hey|hi there|hello there|good morning|good afternoon|good evening|good day|how are you|hola|buenos dias|buen dia|buenas|buenas tardes|buenas noches|que tal|como estas|saludos|ola",
);
export const THANKS = list(
  "thanks|thank you|thanks a lot|many thanks|thank you very much|thx|ty|cheers|gracias|muchas gracias|mil gracias|te lo agradezco",
);
/** Say nothing by themselves. */
export const FILLERS = list(
  "please|por favor|porfa|piloto|the plan|this plan|that plan|el plan|este plan|ese plan|plan|now|right now|ya|ahora|ahora mismo|then|entonces|pues|and|y|ok|okay|vale|well|bueno|just|that|this|it|eso|everyone|all|todos|a todos|the run|run|la ejecucion|the step|el paso|so|im sure|estoy seguro|estoy segura|team|equipo|thanks|gracias|great|good|looks good|perfect|perfecto|perfecta|genial|bien|muy bien|se ve bien|de acuerdo|fine|alright|cool|nice|excelente",
);

export const COMMANDS: Readonly<Record<string, CommandName>> = {
  help: "help",
  ayuda: "help",
  status: "status",
  estado: "status",
  runs: "runs",
  ejecuciones: "runs",
  services: "services",
  servicios: "services",
  fleet: "fleet",
  flota: "fleet",
  stop: "stop",
  para: "stop",
  whoami: "whoami",
  "who am i": "whoami",
  "quien soy": "whoami",
  language: "language",
  lang: "language",
  idioma: "language",
  link: "link",
  vincular: "link",
};
