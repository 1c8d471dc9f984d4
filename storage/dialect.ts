/** The two databases that Piloto speaks. */
export type Dialect = "sqlite" | "postgres";
