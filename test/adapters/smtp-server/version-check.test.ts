/** Another smtp-server than the one this adapter was made for. */
import { SMTPServer } from 'smtp-server'
import { expect, test } from 'vitest'
import { protect } from '../../../src/adapters/smtp-server/index.ts'
import { checkServer, checkVersion } from '../../../src/adapters/smtp-server/version-check.ts'
import { postern } from '../../../src/engine/gateway.ts'
import { zone } from '../../../src/testing/zone.ts'

const options = { logger: false, disabledCommands: ['STARTTLS'] } as const
const make = () => new SMTPServer({ ...options, disabledCommands: [...options.disabledCommands] })

/** A version whose connections have lost a member. */
class Changed extends SMTPServer {
  override connect(...given: Parameters<SMTPServer['connect']>): void {
    const { add } = this.connections
    this.connections.add = connection => {
      this.connections.add = add
      const lacking = new Proxy(connection, {
        has: (_, name) => name !== '_onCommand' && Reflect.has(connection, name),
      })
      return this.connections.add(lacking)
    }
    super.connect(...given)
  }
}

test('the smtp-server that is installed here has all that is needed', () => {
  checkServer(make())
  checkVersion()
  checkVersion({ version: '4.0.0', load: () => ({ SMTPServer }) })
})

test('one that lacks a member is named with the version found and the one expected', () => {
  const load = () => ({ SMTPServer: Changed })
  expect(() => checkVersion({ version: '4.0.0', load })).toThrow(
    'smtp-server: found "4.0.0 without SMTPConnection._onCommand", expected 3.21.6 or a later 3.21',
  )
})

test('a version that is expected is not loaded to be looked at', () => {
  const load = () => {
    throw new Error('loaded')
  }
  checkVersion({ version: '3.21.7', load })
  expect(() => checkVersion({ version: '3.21.5', load })).toThrow('loaded')
})

test('protect refuses a server that is none, or of another kind', () => {
  const gateway = postern({ filters: [], dns: zone({}) })
  expect(() => protect(new Changed({ ...options, disabledCommands: [] }), gateway)).toThrow(/_onCommand/)
  const strange = make()
  Reflect.deleteProperty(strange, '_pendingSockets')
  expect(() => protect(strange, gateway)).toThrow('without SMTPServer._pendingSockets')
})
