import pg from "pg";

/** What Piloto needs of a PostgreSQL pool: `pg`'s, or another that speaks to PGlite. */
export interface PgPool {
  connect(): Promise<PgClient>;
  end(): Promise<void>;
}

export interface PgClient {
  /** With `name`, the statement is prepared once a connection. */
  query(text: string, values?: readonly unknown[], name?: string): Promise<PgResult>;
  /** Back to the pool, or out of it for good when something is wrong with it. */
  release(isBroken?: boolean): void;
}

export interface PgResult {
  readonly rows: unknown[];
  readonly rowCount: number;
  readonly command: "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "SELECT";
}

const INT8 = 20;

/** A pool over a connection string. Nothing waits for ever: not for a connection, a lock or a statement. */
export function pgPool(url: string, size = 10): PgPool {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
    // For a network that swallows the answer: the server's own limits do not reach us then.
    query_timeout: 40_000,
    lock_timeout: 15_000,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    application_name: "piloto",
    // Times and counts are 64-bit; as numbers they are exact up to 2^53, and pg would give strings.
    types: {
      getTypeParser: (oid: number, format?: "text" | "binary") => (oid === INT8 ? Number : parserOf(oid, format)),
    },
  });
  // An idle connection that broke is taken out by the pool itself; the next query opens another, or fails and says so.
  pool.on("error", () => undefined);
  // One that breaks in use fails its query, and says it once more to whoever listens: nobody would end the process.
  pool.on("connect", (client) => void client.on("error", () => undefined));
  return {
    async connect() {
      const client = await pool.connect();
      return {
        query: (text, values, name) => client.query({ text, values: [...(values ?? [])], name }) as never,
        release: (isBroken) => client.release(isBroken),
      };
    },
    end: () => pool.end(),
  };
}

function parserOf(oid: number, format?: "text" | "binary"): (value: string) => unknown {
  return pg.types.getTypeParser(oid, (format ?? "text") as "text");
}
