/** Ollama's rule: a name without a tag means `latest`. */
export function fullName(name: string): string {
  const afterHost = name.slice(name.lastIndexOf("/") + 1);
  return afterHost.includes(":") ? name : `${name}:latest`;
}
