/** What the health routes and the page tell of a running Piloto. */
export interface HouseState {
  readonly isReady: boolean;
  readonly version: string;
  readonly isDemo: boolean;
  /** `ok`, or one sentence why the store cannot be written. */
  readonly storage: string;
  readonly core: "started" | "starting" | "stopping";
  readonly fleet: readonly { readonly name: string; readonly health: string; readonly reason?: string }[];
  readonly queue?: { readonly waiting: number; readonly held: number };
}
