import { expect, it } from 'vitest';
import { exampleAirport, exampleFindings, exampleModel } from '../../test/example-reports.ts';
import { wordsOf } from '../messages/report.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { headlineOf } from './evidence.ts';

const headline = (...verdicts: readonly Verdict[]): string =>
  headlineOf(exampleModel(verdicts.map((verdict) => exampleAirport({ verdict }))), wordsOf('zh'));

it('says that too much was billed only where the bill shows it', () => {
  expect(headline(exampleFindings.leak)).toBe('机场多扣了流量，可能存在代理泄露');
  expect(headline(exampleFindings.leakByChange)).toBe('可能存在代理泄露');
  expect(headline(exampleFindings.leakByAnswer, exampleFindings.silent)).toBe('可能存在代理泄露');
});

it('says that all is well only where nothing waits for an answer', () => {
  expect(headline(exampleFindings.surplusAgain)).toBe('账单与往日一致，但每天有一部分还说不清');
  expect(headline(exampleFindings.surplusKnown)).toBe('账单吻合，没有发现泄露');
});

it('says of the first days that they are the first', () => {
  expect(headline(exampleFindings.lagUnknown)).toBe('刚开始对账，还不能下结论');
  expect(headline()).toBe('没有配置机场，只统计用量');
});
