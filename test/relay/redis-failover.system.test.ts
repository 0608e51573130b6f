/** Two relays on a real Redis with a replica and three sentinels, of which the primary dies in the middle of mail. */
import { test } from 'vitest'
import { startSentinels } from '../support/sentinel.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { survivesFailover } from './failover.ts'

test('when the primary dies the sentinels name another: mail flows on, lists and limits stay one', {
  timeout: INSTALL_TIMEOUT,
}, async () => {
  await using sentinels = await startSentinels()
  const { name, hosts, primary, failedOver } = sentinels
  await survivesFailover({
    redis: { sentinel: { name, hosts } },
    kill: () => primary.kill(),
    isOver: failedOver,
  })
})
