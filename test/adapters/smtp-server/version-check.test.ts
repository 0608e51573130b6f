/** smtp-server in other versions than the one with all members that the limits need. */
import { SMTPServer } from 'smtp-server'
import { expect, test } from 'vitest'
import { protect } from '../../../src/adapters/smtp-server/index.ts'
import { checkVersion, describeMissing, missingMembers } from '../../../src/adapters/smtp-server/version-check.ts'
import { postern } from '../../../src/engine/gateway.ts'
import { zone } from '../../../src/testing/zone.ts'
import { withoutMembers } from '../../support/guarded-server.ts'

const options = { logger: false } as const
const make = () => new SMTPServer({ ...options, disabledCommands: ['STARTTLS'] })
const Changed = withoutMembers('_onCommand')

test('the installed smtp-server has every member that the limits need', () => {
  expect(missingMembers(make())).toEqual([])
  checkVersion()
  checkVersion({ version: '4.0.0', load: () => ({ SMTPServer }) })
})

test('a version that is not supported and lacks a member is named with what was expected', () => {
  const load = () => ({ SMTPServer: Changed })
  expect(() => checkVersion({ version: '4.0.0', load })).toThrow(
    'smtp-server: found "4.0.0 without SMTPConnection._onCommand", expected >=3.13 <4',
  )
})

test.for(['3.13.0', '3.21.6', '3.22.0', '3.99.1'])(
  'version %s is supported, and is not loaded to be inspected',
  version => {
    const load = () => {
      throw new Error('loaded')
    }
    checkVersion({ version, load })
  },
)

test.for(['3.12.9', '2.99.0', '4.0.0', 'next'])('version %s is not supported: its members decide', version => {
  expect(() => checkVersion({ version, load: () => ({ SMTPServer: Changed }) })).toThrow(/without/)
})

test.for(['server', 'connections', '_pendingSockets', '_handleProxy'] as const)(
  'a server without %s is named so',
  name => {
    const server = make()
    Reflect.set(server, name, undefined)
    expect(missingMembers(server)).toEqual([`SMTPServer.${name}`])
  },
)

test('the notice names what is missing and what that means', () => {
  expect(describeMissing(['SMTPConnection._onCommand'])).toMatch(
    /^smtp-server [\d.]+ has no SMTPConnection\._onCommand: filters and handlers work, but no limits of commands.*smtp-server@\^3\.21\.6/,
  )
})

test('proxies need every member: protect refuses them where one is missing', () => {
  const gateway = postern({ filters: [], dns: zone({}) })
  const server = new Changed({ ...options, disabledCommands: ['STARTTLS'] })
  expect(() => protect(server, gateway, { proxies: { header: ['192.0.2.1'] } })).toThrow(
    /without SMTPConnection\._onCommand/,
  )
  const changed = make()
  Reflect.deleteProperty(changed, '_pendingSockets')
  const proxies = { xclient: ['192.0.2.1'] }
  expect(() => protect(changed, gateway, { proxies })).toThrow('without SMTPServer._pendingSockets')
})
