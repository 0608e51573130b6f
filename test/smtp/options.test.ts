/** A wrong option is named with its place, what was found, what was expected and the remedy. */
import { expect, test } from 'vitest'
import { postern } from '../../src/index.ts'
import { type SmtpServerOptions, smtpServer } from '../../src/smtp/index.ts'
import { zone } from '../../src/testing/zone.ts'

const gateway = postern({ name: 'mx.example.org', filters: [], dns: zone({}) })
const right: SmtpServerOptions = { gateway, deliver: () => undefined }

test.for([
  ['no gateway', { gateway: undefined }, /smtpServer\.gateway/],
  ['no deliver', { deliver: undefined }, /smtpServer\.deliver/],
  ['a key that does not exist', { sizes: '1mb' }, /smtpServer\.sizes.*did you mean size/s],
  ['a size that is none', { size: 'large' }, /smtpServer\.size/],
  ['a certificate that is none', { tls: { key: 'x', cert: 'y' } }, /smtpServer\.tls/],
  ['TLS at once without a certificate', { implicitTls: true }, /smtpServer\.implicitTls/],
  ['a limit that is none', { wire: { junk: -1 } }, /smtpServer\.wire\.junk/],
  ['a proxy that is everybody', { proxies: { header: ['0.0.0.0/0'] } }, /proxies\.header/],
  ['a name that is none', { name: 'mx example' }, /smtpServer\.name/],
] as const)('%s', ([, wrong, message]) => {
  const options: unknown = { ...right, ...wrong }
  expect(() => smtpServer(options as SmtpServerOptions)).toThrow(message)
})

test('what is right is taken, and a server that never listened can be closed', async () => {
  const smtp = smtpServer({ ...right, lmtp: true, dsn: true, size: '10mb', greetDelay: '1s', name: 'mx.example.org' })
  expect(smtp.connections).toBe(0)
  await smtp.close()
})
