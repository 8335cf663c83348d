/** What `npm run bench -- verdict --quick` is held to: coarse, since it plays one short household of each kind. */
export const QUICK_BOUNDS = {
  /** Alarms of all kinds over the prompt airport, and over those with odd answers and lags. */
  promptAlarms: 0,
  oddAlarms: 3,
  /** Per cent of the leaks of half of the use that are found in three days. */
  grossLeaks: 100,
  /** Seconds, on a machine with other work. */
  processorTime: 60,
};
