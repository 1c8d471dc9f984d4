import { expect, test } from "vitest";
import { claimsAnAction } from "../../core/planning/false-claim.ts";

test.each([
  "I have set the stock to 400.",
  "I've updated the record for you.",
  "Done!",
  "Done. The stock is now 400.",
  "All set!",
  "The stock has been updated to 400.",
  "The notice was posted on the board.",
  "Successfully created the job.",
  "I just told the workshop.",
  "Sure! I changed it.",
  "Listo, he cambiado las existencias.",
  "Hecho.",
  "Ya está.",
  "He avisado al taller.",
  "Se ha actualizado el stock a 400.",
  "El aviso fue publicado.",
  "Acabo de crear el trabajo.",
  "Puse las existencias a 400.",
  "Updated the stock to 400.",
  "Sent!",
  "Stock updated.",
  "Order placed!",
  "✅ Stock set to 400",
  "The stock updated to 400 ✅",
  "Consider it done!",
  "No problem, I set the stock to 400.",
  "No worries, the stock has been updated.",
  "I set it to 400, nothing else to do.",
  "Actualizado.",
  "Stock actualizado a 400.",
  "Existencias cambiadas a 400.",
  "Aviso enviado.",
  "He dejado el stock en 400.",
  "Sin problema, he cambiado el stock a 400.",
  "I **updated** the stock.",
  "I’ve _set_ it to 400.",
  "**Done.** The stock is `400` now.",
  "I have up\u200Bdated the stock.",
  "Actualice\u0301 el stock.",
  "I have ｕｐｄａｔｅｄ the stock.",
])("%j claims that something was done", (text) => {
  expect(claimsAnAction(text)).toBe(true);
});

test.each([
  "I can set the stock to 400 if you want.",
  "I have not changed anything.",
  "Nothing has been done yet.",
  "Once you confirm, it will be set to 400.",
  "Which part should be updated?",
  "Has the stock been updated?",
  "A plan is a list of calls that a person confirms.",
  "To set the stock, tell me the part.",
  "No he cambiado nada.",
  "Cuando confirmes, se habrá cambiado.",
  "¿Qué pieza hay que cambiar?",
  "Puedo cambiar las existencias.",
  "Hay 240 tornillos M8.",
  "There are 240 M8 bolts in stock.",
  "Updated values are shown in the list.",
  "Tell me what you want changed.",
  "Nothing changed.",
  "Stock updated?",
  "Nada cambiado.",
  "Dime qué quieres cambiado.",
])("%j claims nothing", (text) => {
  expect(claimsAnAction(text)).toBe(false);
});

test("a long row of signs is judged in little time", () => {
  const startedMs = performance.now();
  for (const sign of ["-", "1 ", "- ", "¿", "he "]) expect(claimsAnAction(sign.repeat(100_000))).toBe(false);
  expect(performance.now() - startedMs).toBeLessThan(1_000);
});
