import type { Server } from "node:http";
import { PilotoError } from "../../../core/domain/errors.ts";

/** @throws PilotoError PORT_IN_USE | SETTINGS_INVALID */
export function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(nameListenError(error, host, port)));
    server.listen(port, host, resolve);
  });
}

function nameListenError(error: NodeJS.ErrnoException, host: string, port: number): unknown {
  if (error.code === "EADDRINUSE" || error.code === "EACCES") {
    const found = error.code === "EACCES" ? "may not be opened by this user" : "is taken by another program";
    const message = `Port ${port} on ${host} for the endpoint ${found}. Choose another one: endpoint.port in the settings.`;
    return new PilotoError("PORT_IN_USE", message, { cause: error });
  }
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
    const message = `endpoint.host is ${host}, which is no address of this computer. Use 127.0.0.1 or 0.0.0.0.`;
    return new PilotoError("SETTINGS_INVALID", message, { cause: error });
  }
  return error;
}
