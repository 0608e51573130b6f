/** What the configuration says about the management process. */
import { expect, test } from 'vitest'
import { wantsManagement } from '../../../src/relay/config/management-blocks.ts'
import { effective } from '../../../src/relay/config/options.ts'
import type { RelayConfig } from '../../../src/relay/config/types.ts'
import { BoundedSender } from '../../../src/relay/management/bounded-sender.ts'

const optionsOf = (config: RelayConfig) => effective(config, { args: ['--config', 'x'], environment: {} }).options

test('without a block nothing is started, and counts are kept in memory', () => {
  expect(wantsManagement(optionsOf({}))).toBe(false)
  expect(wantsManagement(optionsOf({ doctor: false }))).toBe(false)
  expect(optionsOf({ doctor: false }).store).toBe('memory')
})

test('with a block the store is a file, since two processes share it', () => {
  const options = optionsOf({ doctor: { every: '1h' }, maildir: '/var/mail' })
  expect(wantsManagement(options)).toBe(true)
  expect(options.store).toEqual({ file: '/var/mail/postern.db' })
})

test('memory beside a block is refused, with what to do', () => {
  expect(() => optionsOf({ doctor: true, store: 'memory' })).toThrow(/store: .*expected a store that the management/)
})

test('a process that does not read costs a bounded queue, and what it has missed is counted', () => {
  const sent: (() => void)[] = []
  const stopped = {
    connected: true,
    send: (_m: object, _h: undefined, _o: undefined, done: () => void) => !sent.push(done),
  }
  const sender = new BoundedSender()
  for (let index = 0; index < 600; index += 1) sender.send(stopped, { index })
  expect([sent.length, sender.dropped]).toEqual([500, 100])
  for (const done of sent.splice(0)) done()
  sender.send(stopped, {})
  expect([sent.length, sender.dropped]).toEqual([1, 100])
})
