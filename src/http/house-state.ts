/** What the health routes and the page tell of a running Piloto. */
export interface HouseState {
  readonly isReady: boolean;
  readonly version: string;
  readonly isDemo: boolean;
  /** `ok`, or one sentence why the store cannot be written. */
  readonly storage: string;
  readonly core: "started" | "starting" | "stopping";
  readonly fleet: readonly NodeState[];
  /** The chat apps: connected, or why not. */
  readonly faces: readonly FaceState[];
  readonly queue?: { readonly waiting: number; readonly held: number };
}

export interface NodeState {
  readonly name: string;
  readonly health: string;
  readonly reason?: string;
  readonly isDrained?: boolean;
  readonly isOnTrial?: boolean;
}

export interface FaceState {
  readonly face: string;
  readonly state: string;
  readonly why?: string;
  readonly counts: Readonly<Record<string, number>>;
}
