import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { FEW_COMPILATIONS_FLAGS, SMALL_HEAP_FLAGS, SMALL_PARSER_FLAGS } from './node-memory.ts';

/** How large the young generation grows in a process that parses message after message and keeps none, bytes. */
function youngGeneration(flags: readonly string[]): number {
  const script = `
    const v8 = require('node:v8');
    for (const flag of ${JSON.stringify(flags)}) v8.setFlagsFromString(flag);
    const node = (id) => ({ id: 'connection ' + id, up: id, chains: ['a' + id, 'b' + id], host: id + '.example.com' });
    const message = JSON.stringify(Array.from({ length: 5000 }, (_, id) => node(id)));
    for (let round = 0; round < 150; round += 1) JSON.parse(message);
    console.log(v8.getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);`;
  return Number(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
}

it('works in a process that has started: the young generation stays small through messages that are garbage at once', () => {
  expect(youngGeneration(SMALL_HEAP_FLAGS)).toBeLessThan(youngGeneration([]) / 4);
});

/**
 * Whether a function of WebAssembly that has run for long is still what it was compiled to at first.
 *
 * @param turns of 50 ms in which the compiler may come to it, which it does in parallel with the program, when a processor is free
 */
function staysAsCompiled(flags: readonly string[], turns: number): boolean {
  // (func (export "f") (param i32) (result i32)
  //   (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (local.get 0))
  const countDown = [
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    [1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f],
    [3, 2, 1, 0],
    [7, 5, 1, 1, 0x66, 0, 0],
    [10, 18, 1, 16, 0, 3, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b, 0x20, 0, 0x0b],
  ].flat();
  const script = `
    const v8 = require('node:v8');
    for (const flag of ${JSON.stringify(flags)}) v8.setFlagsFromString(flag);
    const { f } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(${JSON.stringify(countDown)}))).exports;
    for (let round = 0; round < 50; round += 1) f(1e6);
    const look = (turns) => {
      f(1e6);
      const stays = %IsLiftoffFunction(f);
      if (stays && turns > 0) setTimeout(look, 50, turns - 1);
      else console.log(stays);
    };
    look(${turns});`;
  return (
    execFileSync(process.execPath, ['--allow-natives-syntax', '-e', script], { encoding: 'utf8' }).trim() === 'true'
  );
}

it('compiles the parser of HTTP once', () => {
  expect([staysAsCompiled([], 600), staysAsCompiled(SMALL_PARSER_FLAGS, 20)]).toEqual([false, true]);
});

/** How often a small function runs before it is compiled to faster code. */
function runsBeforeCompiled(flags: readonly string[]): number {
  const script = `
    const v8 = require('node:v8');
    for (const flag of ${JSON.stringify(flags)}) v8.setFlagsFromString(flag);
    const work = (rounds) => { let sum = 0; for (let i = 0; i < rounds; i += 1) sum += i * 3; return sum; };
    const OPTIMIZED = 16;
    let runs = 0;
    while ((%GetOptimizationStatus(work) & OPTIMIZED) === 0) { work(10); runs += 1; }
    console.log(runs);`;
  const node = ['--allow-natives-syntax', '--no-concurrent-recompilation', '-e', script];
  return Number(execFileSync(process.execPath, node, { encoding: 'utf8' }));
}

it('compiles what runs for long alone', () => {
  expect(runsBeforeCompiled(FEW_COMPILATIONS_FLAGS)).toBeGreaterThan(5 * runsBeforeCompiled([]));
});
