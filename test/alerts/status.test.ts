/** The status page: what everybody may read, in two languages. */
import { expect, test } from 'vitest'
import { StatusBoard } from '../../src/alerts/status.ts'
import { breakable, DOWN, MINUTE, Node } from './node.ts'

async function running() {
  const { clock } = new Node()
  const { store, state } = breakable(clock)
  const node = new Node({ clock, store, options: { mail: [] } })
  DOWN(node, false)
  await node.alerts.start()
  await node.pass(MINUTE)
  const board = new StatusBoard(store, () => clock.monotonic())
  return { node, board, state }
}

test('says that mail is late while a next hop fails, in both languages, without names and numbers', async () => {
  const { node, board } = await running()
  expect(await board.report('en')).toMatchObject({ state: 'normal', title: 'Mail arrives as usual' })
  DOWN(node, true)
  await node.pass(7 * MINUTE)
  for (const language of ['en', 'zh-CN'] as const) {
    const { state, since, title, text } = await board.report(language)
    expect([state, since]).toEqual(['delayed', Date.UTC(2026, 10, 2)])
    expect(`${title} ${text}`).not.toMatch(/\d|example|hop/)
  }
  expect((await board.report('zh-CN')).title).toBe('邮件收取延迟')
  DOWN(node, false)
  await node.pass(7 * MINUTE)
  expect(await board.report('en')).toMatchObject({ state: 'normal' })
})

test('says nothing of alerts that delay no mail', async () => {
  const { node, board } = await running()
  node.gauge('postern_store_up', 0)
  await node.pass(7 * MINUTE)
  expect(node.alerts.active).toHaveLength(1)
  expect((await board.report('en')).state).toBe('normal')
})

test('is unknown while the store is down, and asks it four times a minute at most', async () => {
  const { node, board, state } = await running()
  state.isDown = true
  expect((await board.report('en')).state).toBe('unknown')
  state.isDown = false
  expect((await board.report('zh-CN')).state).toBe('unknown')
  await node.pass(MINUTE)
  expect((await board.report('zh-CN')).state).toBe('normal')
})
