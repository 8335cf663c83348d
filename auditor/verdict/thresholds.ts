/** A deviation is gross when it is above both. */
export interface Thresholds {
  /** `LeakMinBytes`. */
  readonly bytes: number;
  /** `LeakRatio`, a share of what should have been billed. */
  readonly ratio: number;
}
