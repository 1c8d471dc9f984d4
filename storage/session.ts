import type { Compilable, CompiledQuery, Kysely } from "kysely";
import type { NewAuditEntry } from "../core/domain/audit-entry.ts";
import type { Dialect } from "./dialect.ts";
import type { Database } from "./schema.ts";

/** A parameter's place in a query that is built once and bound many times. */
class Placeholder {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A query built by Kysely once a connection, then only bound: building costs ten times what running does. */
export interface Query<P, R> {
  /** Unique in the process; names the prepared statement on PostgreSQL. */
  readonly name: string;
  readonly build: (db: Kysely<Database>, p: P, dialect: Dialect) => Compilable<R>;
}

let queries = 0;

/** Declares a query. `p` holds placeholders: pass them on as values, never look at them. */
export function query<P, R>(build: (db: Kysely<Database>, p: P, dialect: Dialect) => Compilable<R>): Query<P, R> {
  queries += 1;
  return { name: `piloto_${queries}`, build };
}

/** SQL, and for each of its parameters the name of what to bind, or a constant. */
export interface BuiltQuery {
  readonly sql: string;
  bind(params: unknown): unknown[];
}

export function buildQuery<P, R>(query: Query<P, R>, db: Kysely<Database>, dialect: Dialect): BuiltQuery {
  const placeholders = new Proxy({}, { get: (_, name) => new Placeholder(String(name)) });
  const compiled: CompiledQuery = query.build(db, placeholders as P, dialect).compile();
  const slots = compiled.parameters.map((value) =>
    value instanceof Placeholder ? { name: value.name } : { name: undefined, constant: toColumn(value) },
  );
  const bind = (params: unknown): unknown[] => {
    const values = params as Record<string, unknown>;
    const bound = new Array<unknown>(slots.length);
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!;
      bound[i] = slot.name === undefined ? slot.constant : toColumn(values[slot.name]);
    }
    return bound;
  };
  return { sql: compiled.sql, bind };
}

function toColumn(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  return value;
}

/** One open transaction, as the queries see it. Dead once the transaction ended: every call then rejects. */
export interface Session {
  readonly dialect: Dialect;
  all<P, R>(query: Query<P, R>, params: P): Promise<R[]>;
  first<P, R>(query: Query<P, R>, params: P): Promise<R | undefined>;
  /** How many rows were written. Rejects in a `read`. */
  change<P>(query: Query<P, unknown>, params: P): Promise<number>;
  /** Entries of this transaction's audit that are not yet written: the chain is extended last of all. */
  readonly audit: AuditBuffer;
}

export interface AuditBuffer {
  add(entries: readonly NewAuditEntry[]): void;
  /** Writes what was added. Called before the commit, and before the audit is read. */
  flush(): Promise<void>;
}
