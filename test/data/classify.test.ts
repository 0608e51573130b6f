/** What the classifier promises and reaches on public mail, trained online in order of delivery. */
import { expect, test } from 'vitest'
import { online, readMail } from '../../bench/classify-mail.ts'

test.for([
  ['trec06p', 0.0002, 0.006],
  ['trec06c-head', 0.00002, 0.006],
  ['spamassassin', 0.002, 1],
  ['csdmc-2010', 0.0005, 1],
] as const)(
  'on %s it ranks mail as well as was measured, and keeps its promise to honest mail at one and at half a percent',
  { timeout: 600_000 },
  async ([name, oneMinusRoca, hamLost]) => {
    const { mail } = await readMail(name)
    for (const falsePositives of [0.01, 0.005]) {
      const found = online(mail, { falsePositives })
      expect(found.hamCalledSpam).toBeLessThanOrEqual(falsePositives)
      expect(found.oneMinusRoca).toBeLessThanOrEqual(oneMinusRoca)
      expect(found.hamLost).toBeLessThanOrEqual(hamLost)
      // It is not kept by saying nothing.
      expect(found.spamCalledSpam).toBeGreaterThan(0.75)
      expect(found.calibrationError).toBeLessThan(0.01)
    }
  },
)
