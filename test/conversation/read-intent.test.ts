import { describe, expect, test } from "vitest";
import { type IntentScene, readIntent } from "../../core/conversation/read-intent.ts";
import { readLanguage } from "../../core/conversation/read-language.ts";

const pending: IntentScene = { hasPending: true, lastSaid: "plan" };
const nothing: IntentScene = { hasPending: false, lastSaid: "nothing" };

/** The intent in one word: the command's name, the decision's action, or the kind. */
function read(text: string, scene: IntentScene): string {
  const intent = readIntent(text, scene);
  if (intent.kind === "command") return `/${intent.name}`;
  return intent.kind === "decision" ? intent.action : intent.kind;
}

describe("with a plan that waits and was said last", () => {
  test.each([
    // English: yes
    ["confirm", "confirm"],
    ["Confirm.", "confirm"],
    ["CONFIRM!!", "confirm"],
    ["yes", "confirm"],
    ["yes please", "confirm"],
    ["yes, go ahead", "confirm"],
    ["go ahead", "confirm"],
    ["ok, do it", "confirm"],
    ["please run it now", "confirm"],
    ["I confirm the plan", "confirm"],
    ["approved", "confirm"],
    ["👍", "confirm"],
    ["great, go ahead", "confirm"],
    ["looks good, run it", "confirm"],
    ["✅", "confirm"],
    // Spanish: yes
    ["perfecto, dale", "confirm"],
    ["dale", "confirm"],
    ["sí", "confirm"],
    ["si", "confirm"],
    ["sí, ejecútalo", "confirm"],
    ["Sí, por favor", "confirm"],
    ["confirmo", "confirm"],
    ["vale, adelante", "confirm"],
    ["claro que sí", "confirm"],
    ["hazlo ya", "confirm"],
    ["confirma el plan", "confirm"],
    // no
    ["cancel", "cancel"],
    ["no", "cancel"],
    ["no thanks", "cancel"],
    ["never mind", "cancel"],
    ["cancel the plan please", "cancel"],
    ["don't do it", "cancel"],
    ["cancela", "cancel"],
    ["no, cancela", "cancel"],
    ["no gracias", "cancel"],
    ["mejor no", "cancel"],
    ["olvídalo", "cancel"],
    ["no lo hagas", "cancel"],
    ["👎", "cancel"],
    ["no confirmo", "cancel"],
    ["I do not approve", "cancel"],
    ["please don't", "cancel"],
    // not yet
    ["ahora no", "hold"],
    ["no wait", "hold"],
    ["not yet", "hold"],
    ["wait", "hold"],
    ["don't confirm", "hold"],
    ["espera un momento", "hold"],
    ["todavía no", "hold"],
    ["no confirmes", "hold"],
    // another plan
    ["no, mejor 300", "revise"],
    ["mejor 300", "revise"],
    ["make it 300 instead", "revise"],
    ["yes but make it 300", "revise"],
    ["sí, pero con 300", "revise"],
    ["no, use p-102", "revise"],
    ["drop step 2", "revise"],
    ["quita el paso 2", "revise"],
    ["cambia el paso 1 a 500", "revise"],
    ["actually 250", "revise"],
    ["300 instead", "revise"],
    ["without the second step", "revise"],
    ["300", "revise"],
    ["a 300", "revise"],
    ["confirm but only step 1", "revise"],
    ["yes and also tell the workshop", "revise"],
    ["también avisa al taller", "revise"],
    ["en vez de 400, 300", "revise"],
    ["dry run", "dry-run"],
    ["simula", "dry-run"],
    // neither yes nor no
    ["ok", "unclear"],
    ["okay", "unclear"],
    ["vale", "unclear"],
    ["bien", "unclear"],
    ["perfect", "unclear"],
    ["hmm", "unclear"],
    ["maybe", "unclear"],
    ["looks good", "unclear"],
    ["yes no", "unclear"],
    ["confirm cancel", "unclear"],
    ["sí no", "unclear"],
    // hard ones: they hold a yes or a no and are neither
    ["yes I saw that the laser cutter is broken, can somebody look at it tomorrow", "task"],
    ["is there a yes or no option in the form?", "question"],
    ["yes?", "question"],
    ["do it tomorrow", "task"],
    ["run it at 5pm", "task"],
    ["cancel that and set M8 to 5", "task"],
    ["no problem", "task"],
    ["confirm all of this was sent to bob", "task"],
    ["yes is not what I said", "task"],
    ["si quieres", "task"],
    ["¿confirmo?", "question"],
    ["should I confirm?", "question"],
    ["no machines are running today, start mill-2", "task"],
    ["who confirmed the last plan?", "question"],
    ["confirm the order 77 of customer 12 with the supplier", "task"],
    ["cancel job j-1", "task"],
    ["cancela el trabajo j-1", "task"],
    ["run the backup", "task"],
    ["set the stock of M8 bolts to 400", "task"],
    ["go ahead of schedule with the milling job", "task"],
    ["no sé", "task"],
    ["stop the mill", "task"],
    ["para la fresadora", "task"],
    ["I would not do it like that if I were you, the part is wrong", "task"],
    ["the supplier said yes", "task"],
    ["dale un aviso al taller", "task"],
    ["gracias", "thanks"],
    ["thank you!", "thanks"],
    ["hola", "greeting"],
    ["good morning Piloto", "greeting"],
    ["stop", "stop"],
    ["para", "stop"],
  ])("%j is %s", (text, wanted) => {
    expect(read(text, pending)).toBe(wanted);
  });
});

describe("with nothing that waits", () => {
  test.each([
    ["confirm", "confirm"],
    ["sí, ejecútalo", "confirm"],
    ["cancela", "cancel"],
    ["no, mejor 300", "task"],
    ["drop step 2", "task"],
    ["ok", "thanks"],
    ["stop", "stop"],
    ["help", "/help"],
    ["ayuda", "/help"],
    ["/help", "/help"],
    ["status", "/status"],
    ["/estado", "/status"],
    ["runs", "/runs"],
    ["services", "/services"],
    ["servicios", "/services"],
    ["fleet", "/fleet"],
    ["flota", "/fleet"],
    ["whoami", "/whoami"],
    ["/whoami", "/whoami"],
    ["/stop", "/stop"],
    ["/language es", "/language"],
    ["/nonsense", "unknown-command"],
    ["/parts/p-101 has the wrong shelf", "task"],
    ["help me set the stock of M8 bolts", "task"],
    ["status of mill-1", "task"],
    ["what is the status of mill-1?", "question"],
    ["¿cuántos tornillos hay?", "question"],
    ["can you set the stock of M8 bolts to 3?", "task"],
    ["¿puedes poner las existencias a 3?", "task"],
  ])("%j is %s", (text, wanted) => {
    expect(read(text, nothing)).toBe(wanted);
  });
});

test("a bare yes after a question of Piloto's answers the question, not the plan before it", () => {
  expect(read("yes", { hasPending: true, lastSaid: "question" })).toBe("unclear");
  expect(read("sí", { hasPending: false, lastSaid: "question" })).toBe("task");
  expect(read("yes", { hasPending: true, lastSaid: "other" })).toBe("unclear");
  expect(read("confirm", { hasPending: true, lastSaid: "question" })).toBe("confirm");
});

test("words for a run that waits or failed mean that run", () => {
  const waiting: IntentScene = { hasPending: false, active: "waiting", lastSaid: "other" };
  expect(read("continue", waiting)).toBe("continue");
  expect(read("adelante", waiting)).toBe("continue");
  expect(read("reintenta", waiting)).toBe("retry");
  expect(read("abandona", waiting)).toBe("abandon");
  expect(read("cancel", waiting)).toBe("abandon");
  expect(read("try again", { hasPending: false, hasFailed: true, lastSaid: "other" })).toBe("retry");
  expect(read("cancel", { hasPending: false, active: "working", lastSaid: "other" })).toBe("stop");
});

test.each([
  ["pon las existencias de los tornillos M8 a 400", "es"],
  ["¿cuántos hay?", "es"],
  ["dale", "es"],
  ["hola", "es"],
  ["set the stock of M8 bolts to 400", "en"],
  ["how many bolts are there?", "en"],
  ["hello", "en"],
  ["no", undefined],
  ["M8 400", undefined],
  ["stop", undefined],
])("the language of %j is %s", (text, language) => {
  expect(readLanguage(text)).toBe(language);
});
