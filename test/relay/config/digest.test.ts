/** What digests need beside their own block. */
import { expect, test } from 'vitest'
import { effective } from '../../../src/relay/config/options.ts'
import type { RelayConfig } from '../../../src/relay/config/types.ts'
import { linkUrl, quarantineScope } from '../../../src/relay/digest-parts.ts'

const optionsOf = (config: RelayConfig) => effective(config, { args: ['--config', 'x'], environment: {} }).options

const whole = {
  quarantine: { folder: '/var/lib/postern/held' },
  mail: { from: 'postern@example.org' },
  digest: { url: 'https://mail.example.org', listen: '127.0.0.1:8026' },
} as const satisfies RelayConfig

const atConsole = { listen: '127.0.0.1:8080', url: 'https://console.example.org' } as const

test.for<[title: string, config: RelayConfig, problem: RegExp]>([
  ['a quarantine', { ...whole, quarantine: undefined as never }, /quarantine: .*expected a quarantine/],
  ['who the mail is from', { ...whole, mail: undefined as never }, /mail: .*since a digest is mail/],
  [
    'where the links lead',
    { ...whole, digest: { listen: '127.0.0.1:8026' } },
    /digest: .*where the links of digests lead/,
  ],
  [
    'where the pages are',
    { ...whole, digest: { url: 'https://mail.example.org' } },
    /digest: .*pages behind the links/,
  ],
  [
    'TLS in front of a port that others reach',
    { ...whole, digest: { url: 'http://mail.example.org', listen: '0.0.0.0:8026' } },
    /digest: .*a link is a secret/,
  ],
  ['a time of day', { ...whole, digest: { ...whole.digest, rules: [{ at: 'noon' }] } }, /digest\.rules\[0\]\.at: /],
  ['a key of that name', { ...whole, digest: { ...whole.digest, lins: 5 } as never }, /did you mean lines/],
])('without %s the configuration is refused, with what to do', ([, config, problem]) => {
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined))
  expect(() => optionsOf(given)).toThrow(problem)
})

test('with the console neither an address nor a port is needed', () => {
  const options = optionsOf({ ...whole, digest: {}, console: atConsole })
  expect(linkUrl(options)).toBe('https://console.example.org')
})

test('digests of a folder belong to one machine, those of a database to all', () => {
  const folder = quarantineScope(optionsOf({ ...whole, name: 'mx1.example.org' }))
  expect(folder).not.toBe(quarantineScope(optionsOf({ ...whole, name: 'mx2.example.org' })))
  const quarantine = { postgres: { url: 'postgres://127.0.0.1/postern' } }
  const shared = ['mx1.example.org', 'mx2.example.org'].map(name =>
    quarantineScope(optionsOf({ ...whole, quarantine, name })),
  )
  expect(new Set(shared).size).toBe(1)
})
