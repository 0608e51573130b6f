/** Names each test that failed and passed when it was run once more: such a test is no proof, and is to be mended. */
import type { Reporter, TestCase } from 'vitest/node'

export class SecondTry implements Reporter {
  onTestCaseResult(test: TestCase): void {
    if (!test.diagnostic()?.flaky) return
    const [error] = test.result().errors ?? []
    const where = (error?.stack ?? '').split('\n').filter(line => !line.includes('node_modules'))
    console.log(`SECOND TRY  ${test.module.relativeModuleId} > ${test.fullName}\n${where.join('\n')}`)
  }
}
