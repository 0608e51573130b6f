/** Notices about failed requests. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { failureNotices } from '../../../src/adapters/shared/failures.ts'
import type { Gateway } from '../../../src/engine/gateway.ts'
import type { Notice } from '../../../src/model/services.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

test('the first failure is reported at once, the next after a minute, with how many came between', () => {
  const notices: Notice[] = []
  const gateway = { services: { notify: (notice: Notice) => notices.push(notice) } } as unknown as Gateway
  const report = failureNotices('hooks/failed', () => gateway)
  for (const words of ['first', 'second', 'third']) report(new Error(words))
  vi.advanceTimersByTime(59_999)
  report('fourth')
  vi.advanceTimersByTime(1)
  report(new Error('fifth'))
  vi.advanceTimersByTime(60_000)
  report(new Error('sixth'))
  expect(notices.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/first$/),
    expect.stringMatching(/fifth; 3 more requests have failed since the notice before$/),
    expect.stringMatching(/sixth$/),
  ])
})

test('a gateway that cannot be had costs no exception: the process warns', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const report = failureNotices('hooks/failed', () => {
    throw new Error('no gateway')
  })
  report(new Error('no gateway'))
  expect(warn).toHaveBeenCalledOnce()
  warn.mockRestore()
})
