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
])("%j claims nothing", (text) => {
  expect(claimsAnAction(text)).toBe(false);
});
