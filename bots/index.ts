/** The faces: how people reach Piloto. Each is made before the core, hands over its platform, then takes the core. */
export type { Face, FaceOptions } from "./terminal/face-options.ts";
export { createScriptFace, type ScriptFace, type ScriptOptions } from "./terminal/script.ts";
export { createTerminalFace, type TerminalFace } from "./terminal/terminal-face.ts";
