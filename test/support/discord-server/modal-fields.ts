import { flattened, TYPE } from "./component-rules.ts";
import type { Json } from "./wire.ts";
import type { Component } from "./world.ts";

/** A modal's components as they come back: values only, and what the person left alone as it was. */
export function filled(component: Component, values: Record<string, string | readonly string[]>, n: number): Json {
  const id = component.id ?? n * 100;
  if (component.component) return { type: component.type, id, component: filled(component.component, values, id + 1) };
  if (component.components) {
    return {
      type: component.type,
      id,
      components: component.components.map((one, m) => filled(one, values, id + m + 1)),
    };
  }
  if (component.type === TYPE.textDisplay) return { type: component.type, id };
  const given = values[component.custom_id ?? ""];
  if (component.type === TYPE.textInput)
    return { type: 4, id, custom_id: component.custom_id, value: textGiven(component, given) };
  const chosen = typeof given === "string" ? [given] : (given ?? defaultsOf(component));
  if (component.type === 21) return { type: 21, id, custom_id: component.custom_id, value: chosen[0] ?? null };
  if (component.type === 23) return { type: 23, id, custom_id: component.custom_id, value: chosen[0] === "true" };
  return { type: component.type, id, custom_id: component.custom_id, values: chosen };
}

const defaultsOf = (component: Component) =>
  ((component.options ?? []) as { value: string; default?: boolean }[])
    .filter((one) => one.default)
    .map((one) => one.value);

/** Discord's client lets nobody send a text that is too long, too short, or missing. */
function textGiven(input: Component, given: string | readonly string[] | undefined): string {
  const {
    required = true,
    min_length: min,
    max_length: max,
    value = "",
  } = input as Component & {
    required?: boolean | null;
    min_length?: number | null;
    max_length?: number | null;
    value?: string | null;
  };
  const text = String(given ?? value ?? "");
  if (required !== false && !text) throw new Error(`The field "${input.custom_id}" is required.`);
  if (text.length > (max ?? 4000)) throw new Error(`The field "${input.custom_id}" takes ${max ?? 4000} characters.`);
  if (text && text.length < (min ?? 0)) throw new Error(`The field "${input.custom_id}" needs ${min} characters.`);
  return text;
}

/** A test that fills a field which is not there is wrong. */
export function refuseUnknownFields(components: readonly Component[], values: Record<string, unknown>): void {
  const names = flattened(components).flatMap(({ component }) => component.custom_id ?? []);
  const odd = Object.keys(values).find((name) => !names.includes(name));
  if (odd !== undefined) throw new Error(`The modal has no field "${odd}"; it has ${names.join(", ")}.`);
}
