import { expect, test } from 'vitest'
import { parsed } from '../../src/facts/parsed.ts'
import { ask } from '../../src/testing/probe.ts'

test('a small message is parsed', async () => {
  expect(await ask(parsed, { message: 'Subject: x\r\n\r\nHello\r\n' })).toMatchObject({
    kind: 'parsed',
    parts: [{ text: 'Hello\r\n' }],
    defects: [],
  })
})

test('a large message is parsed the same way, in a thread', async () => {
  const message = `Subject: x\r\n\r\n${'Hello\r\n'.repeat(100_000)}`
  expect(await ask(parsed, { message })).toMatchObject({ kind: 'parsed', parts: [{ size: 700_000 }], defects: [] })
})
