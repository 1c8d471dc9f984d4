import { plainText } from "../domain/plain-text.ts";

/**
 * Does a text say that something was done, set, sent or changed by the speaker? Asked of a model's answer when
 * nothing has run: such a sentence is never shown as a fact. English and Spanish; sentence by sentence, so that a
 * denial ("I have not changed anything"), a condition ("once you confirm, …") or a question is not taken for one.
 * Emphasis, invisible characters and other spellings of the same letters hide nothing.
 */
export function claimsAnAction(text: string): boolean {
  return sentencesOf(asRead(text)).some((sentence) => {
    if (!CLAIMS.some((claim) => claim.test(sentence))) return false;
    return !DENIAL.test(sentence.replace(NO_DENIAL, " ")) && !CONDITION.test(sentence) && !QUESTION.test(sentence);
  });
}

const DONE_EN =
  "set|changed|updated|created|added|removed|deleted|cancelled|canceled|sent|posted|notified|told|informed|ordered|started|stopped|restarted|scheduled|booked|moved|renamed|increased|decreased|raised|lowered|adjusted|completed|executed|performed|carried out|applied|saved|stored|submitted|placed|done|made|run|called|switched|turned|assigned|closed|opened|reset|registered|published|emailed|messaged|checked|looked up|processed|finished|fixed|configured|enabled|disabled|taken care";
const DONE_ES =
  "cambiad[oa]s?|actualizad[oa]s?|cread[oa]s?|añadid[oa]s?|agregad[oa]s?|eliminad[oa]s?|borrad[oa]s?|cancelad[oa]s?|enviad[oa]s?|publicad[oa]s?|avisad[oa]s?|notificad[oa]s?|informad[oa]s?|dejad[oa]s?|puest[oa]s?|fijad[oa]s?|establecid[oa]s?|ajustad[oa]s?|ejecutad[oa]s?|realizad[oa]s?|hech[oa]s?|guardad[oa]s?|registrad[oa]s?|modificad[oa]s?|arrancad[oa]s?|iniciad[oa]s?|detenid[oa]s?|parad[oa]s?|programad[oa]s?|completad[oa]s?|dich[oa]|mandad[oa]s?|subid[oa]s?|bajad[oa]s?|consultad[oa]s?|configurad[oa]s?|activad[oa]s?|desactivad[oa]s?|apagad[oa]s?|encendid[oa]s?|cerrad[oa]s?|abiert[oa]s?";
const PAST_ES =
  "cambié|actualicé|creé|añadí|agregué|eliminé|borré|cancelé|envié|publiqué|avisé|notifiqué|informé|puse|fijé|establecí|ajusté|ejecuté|realicé|hice|guardé|registré|modifiqué|arranqué|inicié|detuve|paré|programé|mandé|subí|bajé|configuré";

const CLAIMS: readonly RegExp[] = [
  new RegExp(
    `\\b(?:i|we|piloto)(?:['’]ve| have| has|['’]m| just| already|['’]d)*(?: (?:just|already|now|also|successfully|went ahead and)){0,3} (?:${DONE_EN})\\b`,
    "i",
  ),
  new RegExp(
    `\\b(?:has|have|had|was|were|is|are|been|got)(?: (?:now|just|already|been|successfully|also)){0,3} (?:${DONE_EN})\\b`,
    "i",
  ),
  new RegExp(`\\b(?:successfully) (?:${DONE_EN})\\b|\\b(?:${DONE_EN}) successfully\\b`, "i"),
  /^\W*(?:all )?(?:done|finished|completed|sorted)\b\W*(?:$|[.!,:;–-])/i,
  /\b(?:it['’]s|it is|that['’]s|all) (?:all )?(?:done|set|sorted)\b/i,
  /\bis now (?:\d|at \d|running|stopped|on\b|off\b)/i,
  new RegExp(`(?:^|[^\\p{L}])(?:he|hemos|ha|han|hube)(?: (?:ya|sido|acabado de))* (?:${DONE_ES})(?:$|[^\\p{L}])`, "iu"),
  new RegExp(`(?:^|[^\\p{L}])(?:${PAST_ES})(?:$|[^\\p{L}])`, "iu"),
  new RegExp(
    `(?:^|[^\\p{L}])(?:está|están|quedó|quedaron|queda|fue|fueron)(?: ya)? (?:${DONE_ES})(?:$|[^\\p{L}])`,
    "iu",
  ),
  /(?:^|[^\p{L}])acabo de /iu,
  /\bconsider it done\b|\bdalo por hecho\b/i,
  // Without a subject ("Updated the stock."), and in headline style ("Stock updated to 400").
  new RegExp(
    `^\\W*(?!set\\b|run\\b|called\\b)(?:${DONE_EN})(?:\\W*$| (?:the|your|it|them|this|that|all|both|a|an)\\b)`,
    "i",
  ),
  new RegExp(
    `^(?=.{1,160}$)[^\\p{L}]*(?:(?:the|your|new|all) )?[\\p{L}\\d-]+(?: [\\p{L}\\d-]+)? (?:${DONE_EN})(?: to \\S+)?[^\\p{L}\\d?]*$`,
    "iu",
  ),
  new RegExp(`^[^\\p{L}]*(?:${DONE_ES})(?:$|[^\\p{L} ])`, "iu"),
  new RegExp(
    `^(?=.{1,160}$)[^\\p{L}]*(?:(?:el|la|los|las|tu|su) )?[\\p{L}\\d-]+(?: [\\p{L}\\d-]+)? (?:${DONE_ES})(?: a \\S+)?[^\\p{L}\\d?]*$`,
    "iu",
  ),
  /^\W*(?:ya está|listo|lista|hecho|completado|terminado)(?:$|[^\p{L}])/iu,
];

const DENIAL =
  /\b(?:not|never|nothing|nobody|cannot|without|no)\b|n['’]t\b|(?:^|[^\p{L}])(?:no|nada|nunca|ningun[oa]?|sin)(?:$|[^\p{L}])/iu;
/** A "no" that denies nothing. */
const NO_DENIAL =
  /\b(?:no (?:problem|worries|trouble)|not a problem|nothing (?:else|more)|no te preocupes|no hay problema|sin problemas?|nada más)(?![\p{L}])/giu;
const CONDITION =
  /^\W*(?:if|once|when|after|as soon as|before|should|would|si|cuando|una vez|después|antes|en cuanto)(?:$|[^\p{L}])|\b(?:to be|will be|can be|must be|would be|needs to be|should be|could be|after you confirm|once you confirm)\b|(?:^|[^\p{L}])(?:será|serán|puede ser|cuando confirmes|si confirmas)(?:$|[^\p{L}])/iu;
const QUESTION =
  /^\W*(?:¿|(?:have|has|did|do|does|should|shall|is|are|was|were|can|could|what|which|who|how|when|where)\b.*\?\s*$)/i;

/** What a person reads, without Markdown's emphasis: `I **updated** it`. */
const asRead = (text: string): string =>
  plainText(text)
    .normalize("NFKC")
    .replace(/[*_~`]/g, "");

function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?…])\s+|\n+/).filter((sentence) => sentence.trim() !== "");
}
