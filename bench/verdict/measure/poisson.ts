/**
 * The upper end of the one-sided interval of 95 % for how many events are to be expected where some were counted: the
 * mean at which so few would be seen one time in twenty.
 */
export function upperMean(count: number): number {
  let [low, high] = [count, count + 4 * Math.sqrt(count + 1) + 4];
  for (let step = 0; step < 60; step += 1) {
    const mean = (low + high) / 2;
    if (chanceOfAtMost(count, mean) > 0.05) low = mean;
    else high = mean;
  }
  return high;
}

function chanceOfAtMost(count: number, mean: number): number {
  let [term, sum] = [Math.exp(-mean), 0];
  for (let each = 0; each <= count; each += 1) {
    sum += term;
    term *= mean / (each + 1);
  }
  return sum;
}
