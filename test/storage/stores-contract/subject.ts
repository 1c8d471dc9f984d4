import type { Stores } from "../../../core/ports/stores.ts";
import type { OnCommitPoint } from "../../../storage/index.ts";

/** One kind of database under test. */
export interface Database {
  /** Empty stores. They are closed by the test that asked for them. */
  open(options?: { onCommitPoint?: OnCommitPoint }): Promise<Stores>;
  /** The same data once more, as another process would open it. */
  openAgain?(of: Stores): Promise<Stores>;
  end?(): Promise<void>;
}

/** How the facts reach the stores of their test. */
export interface Subject {
  /** Stores with one project, opened for this test and closed after it. */
  fresh(options?: { onCommitPoint?: OnCommitPoint }): Promise<Stores>;
  /** Whether other processes can open the same data; facts about that are told only where they can. */
  readonly isShared: boolean;
  /** The same data as another process would open it; `undefined` where nobody can. The test closes it. */
  again(of: Stores): Promise<Stores | undefined>;
}
