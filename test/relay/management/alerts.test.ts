/** Alerts as a job of the management process: from its metrics to mails that a delivery takes. */
import { expect, test } from 'vitest'
import { effective } from '../../../src/relay/config/options.ts'
import type { RelayConfig } from '../../../src/relay/config/types.ts'
import type { OwnMail } from '../../../src/relay/delivery/types.ts'
import { job } from '../../../src/relay/management/alerts-job.ts'
import { JOBS } from '../../../src/relay/management/jobs.ts'
import type { ManagementParts } from '../../../src/relay/management/types.ts'
import { memoryStore } from '../../../src/store/index.ts'
import { handClock } from '../../support/hand-clock.ts'

const MINUTE = 60_000

const optionsOf = (config: RelayConfig) =>
  effective({ name: 'mx.example.org', ...config }, { args: ['--config', 'x'], environment: {} }).options

const MAIL = { from: 'postern@example.org' }

test('each operator gets one mail, also where it could be sent to one of them only at first', async () => {
  const clock = handClock({ now: Date.UTC(2026, 10, 2) })
  const sent: OwnMail[] = []
  let fails = true
  const running = await job.start({
    options: optionsOf({ mail: MAIL, alerts: { mail: ['a@example.org', 'b@example.org'] } }),
    ...{ clock, notify: () => undefined, store: memoryStore({ clock }), doctor: { last: undefined } },
    metrics: async () => [
      { name: 'postern_sessions_total', type: 'counter', help: '', samples: [{ value: 1 }] },
      { name: 'postern_next_hop_up', type: 'gauge', help: '', samples: [{ labels: { host: 'h:25' }, value: 0 }] },
    ],
    onNotice: () => () => undefined,
    sendMail: async (mail: OwnMail) => {
      if (fails && mail.recipient.startsWith('b@')) throw new Error('no route')
      sent.push(mail)
    },
  } as unknown as ManagementParts)
  await clock.advance(3 * MINUTE)
  await expect.poll(() => sent.length).toBeGreaterThan(0)
  await clock.advance(3 * MINUTE)
  fails = false
  // Mails are composed in turns of the event loop that the clock does not count.
  await expect
    .poll(async () => {
      await clock.advance(MINUTE)
      return sent.some(({ recipient }) => recipient.startsWith('b@'))
    })
    .toBe(true)
  expect(new Set(sent.map(({ name }) => name)).size).toBe(1)
  const text = Buffer.from(sent[0]?.content ?? []).toString()
  expect(text).toContain('From: postern@example.org')
  expect(text).toContain('Subject: postern: critical: next-hop/h:25')
  expect(text).toContain('Auto-Submitted: auto-generated')
  expect(text).toContain('To do: See its log')
  const names = running.metrics?.().map(({ name }) => name)
  expect(names).toContain('postern_alert')
  await running.close()
})

test('the block alerts starts it, also when it is empty', () => {
  const wanted = (config: RelayConfig) =>
    JOBS.filter(({ isWanted }) => isWanted(optionsOf(config))).map(({ name }) => name)
  expect(wanted({ alerts: {} })).toContain('alerts')
  expect(wanted({ doctor: true })).not.toContain('alerts')
})

test.for<[RelayConfig, string]>([
  [{ alerts: { mail: ['a@example.org'] } }, 'mail: '],
  [{ alerts: { webhook: { url: 'http://example.org', secret: 'sixteen letters!' } } }, 'alerts.webhook.url'],
  [{ alerts: {}, store: 'memory' }, 'store: '],
])('the configuration %j is refused at %s', ([config, path]) => {
  expect(() => optionsOf(config)).toThrow(path)
})
