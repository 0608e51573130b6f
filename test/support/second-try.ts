/** Names each test that failed and passed when it was run again, so that nobody takes it for one that just passed. */
import type { Reporter, TestCase } from 'vitest/node'

export class SecondTry implements Reporter {
  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky) console.log(`SECOND TRY  ${test.module.relativeModuleId} > ${test.fullName}`)
  }
}
