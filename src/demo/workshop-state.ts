export interface Part {
  readonly id: string;
  readonly name: string;
  readonly shelf: string;
  readonly unit: string;
  stock: number;
}
export interface Machine {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  status: "running" | "idle" | "stopped";
}
export interface Job {
  readonly id: string;
  readonly machineId: string;
  readonly partId: string;
  readonly quantity: number;
  readonly note: string;
  status: "waiting" | "done" | "cancelled";
}
export interface Notice {
  readonly id: string;
  readonly text: string;
  readonly author: string;
}

/** What lies in the workshop, and every change that was made to it: what the outside world would have seen. */
export interface WorkshopState {
  parts: Part[];
  machines: Machine[];
  jobs: Job[];
  notices: Notice[];
  /** One entry for each change that took place, in order. */
  changes: { readonly operation: string; readonly idempotencyKey?: string }[];
}

/** The workshop as it is in the morning: ten parts, four machines, two jobs, one notice. */
export function morning(): WorkshopState {
  return {
    parts: [
      { id: "p-101", name: "M8 bolt", shelf: "A1", unit: "piece", stock: 240 },
      { id: "p-102", name: "M8 nut", shelf: "A1", unit: "piece", stock: 310 },
      { id: "p-103", name: "M10 bolt", shelf: "A2", unit: "piece", stock: 95 },
      { id: "p-104", name: "M6 bolt", shelf: "A2", unit: "piece", stock: 500 },
      { id: "p-105", name: "M8 washer", shelf: "A3", unit: "piece", stock: 780 },
      { id: "p-201", name: "Steel sheet 2 mm", shelf: "C1", unit: "sheet", stock: 18 },
      { id: "p-202", name: "Aluminium profile 40x40", shelf: "C2", unit: "metre", stock: 64 },
      { id: "p-301", name: "Bearing 6204", shelf: "B1", unit: "piece", stock: 12 },
      { id: "p-302", name: "Drive belt 850", shelf: "B2", unit: "piece", stock: 3 },
      { id: "p-401", name: "Cutting oil", shelf: "D1", unit: "litre", stock: 40 },
    ],
    machines: [
      { id: "mill-1", name: "Milling machine 1", kind: "mill", status: "running" },
      { id: "mill-2", name: "Milling machine 2", kind: "mill", status: "idle" },
      { id: "lathe-1", name: "Lathe 1", kind: "lathe", status: "idle" },
      { id: "laser-1", name: "Laser cutter", kind: "laser", status: "stopped" },
    ],
    jobs: [
      { id: "j-1", machineId: "mill-1", partId: "p-201", quantity: 4, note: "front plates", status: "waiting" },
      { id: "j-2", machineId: "lathe-1", partId: "p-301", quantity: 2, note: "", status: "done" },
    ],
    notices: [{ id: "n-1", text: "Laser cutter: lens cleaned, test run on Monday.", author: "Ana" }],
    changes: [],
  };
}
