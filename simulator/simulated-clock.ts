/** The time of the simulated world: it may stand still, and may run faster than the real one. */
export interface SimulatedClock {
  /** Epoch milliseconds. */
  now(): number;
  play(): void;
  pause(): void;
  /** @param speed simulated seconds in a real one, above 0 */
  setSpeed(speed: number): void;
  isPlaying(): boolean;
}

/**
 * @param clock the real time in epoch milliseconds; the simulated time begins equal to it
 * @param paused whether the simulated time stands still until {@link SimulatedClock.play}
 */
export function createSimulatedClock(options: {
  readonly clock: () => number;
  readonly speed: number;
  readonly paused: boolean;
}): SimulatedClock {
  const { clock } = options;
  let speed = options.speed;
  let playing = !options.paused;
  let reached = clock();
  let since = reached;

  const settle = (): void => {
    const real = clock();
    if (playing) reached += (real - since) * speed;
    since = real;
  };
  return {
    now: () => (playing ? reached + (clock() - since) * speed : reached),
    play() {
      settle();
      playing = true;
    },
    pause() {
      settle();
      playing = false;
    },
    setSpeed(next) {
      settle();
      speed = next;
    },
    isPlaying: () => playing,
  };
}
