import { expect, test } from 'vitest'
import { MAX_HEAD_LENGTH } from '../../../src/classify/features.ts'
import { bodyHead } from '../../../src/filters/classify/body-head.ts'
import { ask, contextAt } from '../../../src/testing/probe.ts'
import { fc, runs } from '../../support/property.ts'

const HEAD = 'Subject: x\r\n\r\n'

/** What the reader collects of a message that arrives in these chunks. */
async function arrived(bytes: Buffer, cuts: readonly number[]): Promise<Buffer> {
  const reader = bodyHead.read(contextAt('header', { message: HEAD }))
  const places = [0, ...cuts.map(cut => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  for (const [index, start] of places.slice(0, -1).entries())
    await reader.chunk(bytes.subarray(start, places[index + 1]))
  return await reader.end()
}

test('the head of the body is the same however the message arrives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 9000 }),
      fc.array(fc.nat(9000), { maxLength: 5 }),
      async (body, cuts) => {
        const bytes = Buffer.concat([Buffer.from(HEAD), body])
        // Blanks are not drawn in long runs.
        expect(await arrived(bytes, cuts)).toEqual(Buffer.from(body.subarray(0, MAX_HEAD_LENGTH)))
      },
    ),
    { numRuns: runs(100) },
  )
})

test('of a stored message the same bytes are read', async () => {
  const body = 'one line of text\r\n'.repeat(400)
  const stored = await ask(bodyHead, { message: `${HEAD}${body}` })
  expect(stored).toEqual(Buffer.from(body.slice(0, MAX_HEAD_LENGTH)))
  expect(stored).toEqual(await arrived(Buffer.from(`${HEAD}${body}`), [10, 20, 5000]))
})

test('blanks at the beginning push nothing out, and a body of blanks alone is not read to its end', async () => {
  const pushed = Buffer.from(`${HEAD}${' '.repeat(200_000)}the text`)
  expect((await arrived(pushed, [50_000])).toString()).toMatch(/^ {1,40}the text$/)
  expect((await ask(bodyHead, { message: pushed })).toString()).toMatch(/^ {1,40}the text$/)
  const beyond = Buffer.from(`${HEAD}${' '.repeat(1_200_000)}the text`)
  expect((await arrived(beyond, [])).toString()).not.toContain('text')
})
