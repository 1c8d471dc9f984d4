/** Where a PC's Ollama listens, taken apart. */
export interface NodeAddress {
  readonly origin: string;
  /** For an Ollama behind a proxy; without a slash at the end, empty for most. */
  readonly basePath: string;
  /** What people and logs may see: without a name and password. */
  readonly shown: string;
  /** For a proxy that asks for a name and password, when the address holds them. */
  readonly authorization?: string;
}

/** Reads an address such as `http://gpu-1:11434` or `https://name:password@host/ollama`. @throws TypeError for no URL */
export function readNodeAddress(url: string): NodeAddress {
  const { origin, pathname, username, password } = new URL(url);
  const basePath = pathname.replace(/\/+$/, "");
  const shown = origin + basePath;
  if (username === "" && password === "") return { origin, basePath, shown };
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { origin, basePath, shown, authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}
